import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChild } from '../support/child.ts';

test('npm run soak: a short run loses nothing, over faults of Slack, and ends by itself', async (context) => {
  const child = startChild(context, 'test/soak/soak.ts', ['--minutes', '0.1', '--rate', '20']);
  assert.equal(await child.ended, 0, child.output());
  const [, accepted = 0, faults = 0] =
    /(\d+) accepted.*delivered over (\d+) faults, 0 lost/s.exec(child.output()) ?? [];
  assert.ok(Number(accepted) > 200 && Number(faults) > 1, child.output());
  assert.match(child.output(), /files: +\d\d open before, \d\d after/);
  assert.match(child.output(), /[1-9]\d* MQTT clients came and went/);
});

test('npm run soak -- --attack: while its client id is stolen, a user loses no event, also over a restart', async (context) => {
  const args = ['--attack', '--only', 'thieves', '--minutes', '0.08'];
  const child = startChild(context, 'test/soak/soak.ts', args);
  await child.ended;
  // How late the lights are says nothing beside other tests.
  assert.match(child.output(), /events: .* (\d+) accepted; \1 at the signed-in subscriber/);
  assert.match(child.output(), /lost its session 0 times, cut off 0 times/);
  assert.match(child.output(), /start: +\d+ ms with nothing on disk, \d+ ms after the attack/);
  assert.match(child.output(), /thieves: .*refused with 2/);
});

test('npm run soak: wrong arguments are one line, with exit status 2', async (context) => {
  const child = startChild(context, 'test/soak/soak.ts', ['--minutes', 'long']);
  assert.equal(await child.ended, 2);
  assert.equal(child.output(), '--minutes takes a number from 0.05 to 44640, not "long"\n');
});
