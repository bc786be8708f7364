import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  attack,
  joinHonestly,
  readyWithinMs,
  startAttacked,
} from '../../support/strangers/appliance-under-attack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

for (const [from, addresses] of [
  ['one address', 1],
  ['20 addresses', 20],
] as const) {
  test(`990 strangers from ${from} acknowledge nothing: 300 events on, the program lives, starts again, and a user has lost none`, async (context) => {
    const folder = temporaryFolder(context);
    const appliance = await startAttacked(context, folder);
    const user = { clientId: 'desk', filter: 'blinky/event', signedIn: true };
    const before = await joinHonestly(context, appliance, user);
    const strangers = await attack(context, appliance, { attack: 'never-acknowledge', addresses });
    // The broker may let in fewer than come, so the crowd is complete when it does not grow.
    let seen = -1;
    await waitFor(
      'the crowd',
      async () => {
        await pause(1000);
        const { subscribed = 0 } = await strangers.report();
        const isComplete = subscribed === seen;
        seen = subscribed;
        return isComplete && subscribed > 0;
      },
      60_000,
    );
    await appliance.sendEvents(300, 30);
    await waitFor('events at the user', () => before.received.length >= 300, 60_000).catch(
      () => {},
    );
    appliance.assertAlive();
    assert.equal(before.received.length, 300);

    appliance.child.process.kill('SIGTERM');
    await appliance.child.ended;
    await strangers.stop();
    const again = await startAttacked(context, folder);
    const back = await joinHonestly(context, again, user);
    assert.deepEqual(back.welcome, { code: 0, sessionPresent: true });
    await again.sendEvents(10, 100);
    await waitFor('events after the start', () => back.received.length >= 10);
    assert.ok(again.readyMs < readyWithinMs, `ready after ${again.readyMs} ms`);
  });
}
