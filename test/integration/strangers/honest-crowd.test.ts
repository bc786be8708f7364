import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  joinCrowd,
  readyWithinMs,
  startAttacked,
} from '../../support/strangers/appliance-under-attack.ts';
import { countSessions } from '../../support/strangers/honest-client.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('kill -9 with 1,000 honest clients at 20 events a second: it starts again, lives while they are away, and nobody has lost a session', async (context) => {
  const folder = temporaryFolder(context);
  const appliance = await startAttacked(context, folder);
  const crowd = await joinCrowd(context, appliance, 1000, '#');
  assert.equal(countSessions(crowd).accepted, 1000);
  await appliance.sendEvents(60, 20);
  appliance.assertAlive();
  appliance.child.process.kill('SIGKILL');
  await appliance.child.ended;

  const again = await startAttacked(context, folder);
  await again.sendEvents(300, 30);
  again.assertAlive();
  const back = await joinCrowd(context, again, 1000);
  assert.deepEqual(countSessions(back), { accepted: 1000, present: 1000 });
  assert.ok(again.readyMs < readyWithinMs, `ready after ${again.readyMs} ms`);
});

test('SIGTERM with 400 honest clients: nobody has lost a session', async (context) => {
  const folder = temporaryFolder(context);
  const appliance = await startAttacked(context, folder);
  await joinCrowd(context, appliance, 400, 'blinky/event');
  appliance.child.process.kill('SIGTERM');
  assert.equal(await appliance.child.ended, 0);

  const again = await startAttacked(context, folder);
  const back = await joinCrowd(context, again, 400);
  assert.deepEqual(countSessions(back), { accepted: 400, present: 400 });
});
