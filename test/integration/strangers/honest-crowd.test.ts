import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  joinCrowd,
  readyWithinMs,
  startPrey,
} from '../../support/strangers/appliance-under-attack.ts';
import { countSessions } from '../../support/strangers/honest-client.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('kill -9 with 1,000 honest clients at 20 events a second: it starts again, lives while they are away, and nobody has lost a session', async (context) => {
  const folder = temporaryFolder(context);
  const prey = await startPrey(context, folder);
  const crowd = await joinCrowd(context, prey, 1000, '#');
  assert.equal(countSessions(crowd).accepted, 1000);
  await prey.sendEvents(60, 20);
  assert.equal(prey.child.process.exitCode, null, prey.child.output().slice(-3000));
  prey.child.process.kill('SIGKILL');
  await prey.child.ended;

  const again = await startPrey(context, folder);
  await again.sendEvents(300, 30);
  assert.equal(again.child.process.exitCode, null, again.child.output().slice(-3000));
  const back = await joinCrowd(context, again, 1000);
  assert.deepEqual(countSessions(back), { accepted: 1000, present: 1000 });
  assert.ok(again.readyMs < readyWithinMs, `ready after ${again.readyMs} ms`);
});

test('SIGTERM with 400 honest clients: nobody has lost a session', async (context) => {
  const folder = temporaryFolder(context);
  const prey = await startPrey(context, folder);
  await joinCrowd(context, prey, 400, 'blinky/event');
  prey.child.process.kill('SIGTERM');
  assert.equal(await prey.child.ended, 0);

  const again = await startPrey(context, folder);
  const back = await joinCrowd(context, again, 400);
  assert.deepEqual(countSessions(back), { accepted: 400, present: 400 });
});
