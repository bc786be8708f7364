import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openState } from '../../src/storage/state.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = 'sense1;Open connection;LAB;goran';

for (const [what, isNew] of [
  ['with a database on it', false],
  ['and new', true],
] as const) {
  test(`a disk that is read-only, ${what}: said with the remedy, the rest works, healed by itself`, async (context) => {
    const disk = mountSmallDisk(context, 8);
    if (!disk) return;
    const remount = (how: 'ro' | 'rw') =>
      assert.equal(spawnSync('mount', ['-o', `remount,${how}`, disk.folder]).status, 0);
    const stateDirectory = join(disk.folder, 'state');
    if (isNew) mkdirSync(stateDirectory);
    else await (await openState(stateDirectory)).close();
    remount('ro');

    const token = 'xoxb-1-read-only';
    const slack = await startFakeSlack(context, { token, intervalMs: 50 });
    const { app, send, get, subscribe, blinks, lines } = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      {
        stateDirectory,
        slackToken: { tokenFile: '', environmentToken: token },
      },
    );
    const { received } = await subscribe('qliksense/connection/open');
    await send(open);
    assert.equal(await received('qliksense/connection/open'), 'sense1: LAB/goran');
    await waitFor('the light', () => blinks('green') === 1);
    await waitFor('the event in the channel', () => slack.lines.length === 1);

    const health = await get('/healthz');
    assert.equal(health.status, 503);
    const text = await health.text();
    assert.match(text, /the disk of the state directory .*state is read-only/);
    assert.match(text, /Replace the card, or mount it read-write/);
    assert.equal(lines.filter((line) => /^error +state:/.test(line)).length, 1, lines.join('\n'));
    assert.equal((await get('/api/status')).status, 200);

    remount('rw');
    await waitFor(
      'a healthy appliance',
      async () => app.health.faults().length === 0 && (await get('/healthz')).status === 200,
      40_000,
    );
  });
}
