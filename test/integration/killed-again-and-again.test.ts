import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeSlack } from '../support/fake-slack.ts';
import { startWithFileLamps } from '../support/start-with-file-lamps.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const kills = 20;
const eventsPerLife = 5;

/** Whether a text stands in a file of the database, whose log is plain. */
function holds(folder: string, text: string): boolean {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .some((file) => readFileSync(join(folder, file), 'latin1').includes(text));
}

test(`kill -9 ${kills} times in a row: it serves after each start, and nothing accepted is lost`, async (context) => {
  const folder = temporaryFolder(context);
  const slack = new FakeSlack({ intervalMs: 1 });
  await slack.listen();
  context.after(() => slack.close());
  const sender = createSocket('udp4');
  context.after(() => sender.close());

  for (let life = 0; life <= kills; life += 1) {
    const { child, database, port } = await startWithFileLamps(context, {
      settings: ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      environment: { SLACK_BOT_TOKEN: slack.token },
      folder,
    });
    const udpPort = await port('udp');
    const webPort = await port('web');
    const status = async () =>
      (await (await fetch(`http://127.0.0.1:${webPort}/api/status`)).json()) as {
        parts: Record<string, { state: string }>;
        accepted: Record<string, number>;
        activeUsers: number;
      };
    for (let index = 0; index < eventsPerLife; index += 1) {
      sender.send(`h;Open connection;LAB;u${life}-${index}`, udpPort, '127.0.0.1');
    }
    await waitFor(
      'every event accepted',
      async () => {
        const { accepted, parts } = await status();
        assert.deepEqual(
          ['state', 'slack outbox', 'udp', 'mqtt', 'web'].map((part) => parts[part]?.state),
          ['ok', 'ok', 'ok', 'ok', 'ok'],
        );
        return accepted['connection-open'] === eventsPerLife;
      },
      30_000,
    );
    if (life === kills) {
      const arrived = () => new Set(slack.lines.map((line) => /u\d+-\d+/.exec(line)?.[0])).size;
      await waitFor('all in the channel', () => arrived() === (kills + 1) * eventsPerLife, 30_000);
    }
    // The outbox gathers for a moment before it writes; an event counts as kept after that.
    const last = `u${life}-${eventsPerLife - 1}`;
    await waitFor('the event on disk', () => holds(database, last), 30_000);
    child.process.kill('SIGKILL');
    assert.equal(await child.ended, 'SIGKILL');
    assert.doesNotMatch(child.output(), / error /);
  }

  assert.equal(readFileSync(join(folder, 'red'), 'utf8'), '0');
});
