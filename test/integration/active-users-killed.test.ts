import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startWithFileLamps } from '../support/start-with-file-lamps.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** Whether a text is in a file of the database, whose log is plain. */
function holds(folder: string, text: string): boolean {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .some((file) => readFileSync(join(folder, file), 'latin1').includes(text));
}

test('kill -9: whoever had a session still has it, and its stop ends it', async (context) => {
  const folder = temporaryFolder(context);
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  const users = ['goran', 'anna', 'kim'];
  for (const [life, user] of users.entries()) {
    const { child, database, port } = await startWithFileLamps(context, { folder });
    const udpPort = await port('udp');
    const webPort = await port('web');
    const activeUsers = async () => {
      const answer = await fetch(`http://127.0.0.1:${webPort}/api/status`);
      return ((await answer.json()) as { activeUsers: number }).activeUsers;
    };
    await waitFor('the users of before', async () => (await activeUsers()) === life);
    sender.send(`h;Start session;LAB;${user}`, udpPort, '127.0.0.1');
    await waitFor('one more', async () => (await activeUsers()) === life + 1);
    await waitFor('it on disk', () => holds(database, `user/lab\n${user}`), 30_000);
    if (life === users.length - 1) {
      for (const one of users) sender.send(`h;Stop session;LAB;${one}`, udpPort, '127.0.0.1');
      await waitFor('the end of all', async () => (await activeUsers()) === 0);
    }
    child.process.kill('SIGKILL');
    assert.equal(await child.ended, 'SIGKILL');
    assert.doesNotMatch(child.output(), / error | (is|are) lost/);
  }
});
