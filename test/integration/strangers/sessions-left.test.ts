import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statisticsOf } from '../../soak/attack/process-statistics.ts';
import {
  attack,
  joinHonestly,
  startAttacked,
} from '../../support/strangers/appliance-under-attack.ts';
import type { Attackers } from '../../support/strangers/start-attackers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const user = { clientId: 'desk', filter: 'blinky/event', signedIn: true };

const whenLeft = (strangers: Attackers, count: number) =>
  waitFor(
    `${count} sessions left`,
    async () => ((await strangers.report())['left'] ?? 0) >= count,
    60_000,
  );

test('strangers leave 2,000 sessions behind: a user keeps hers and what waits for her, also over a stop', async (context) => {
  const folder = temporaryFolder(context);
  const appliance = await startAttacked(context, folder);
  const { client } = await joinHonestly(context, appliance, user);
  client.socket.destroy();
  await client.ended;
  await appliance.sendEvents(20, 100);
  const strangers = await attack(context, appliance, { attack: 'sessions-left', count: 2000 });
  await whenLeft(strangers, 2000);
  await appliance.sendEvents(20, 100);
  await appliance.eventsAccepted();
  appliance.child.process.kill('SIGTERM');
  assert.equal(await appliance.child.ended, 0, appliance.child.output().slice(-3000));

  const again = await startAttacked(context, folder);
  const back = await joinHonestly(context, again, user);
  assert.deepEqual(back.welcome, { code: 0, sessionPresent: true });
  await waitFor('what waited', () => back.received.length >= 40).catch(() => {});
  assert.equal(back.received.length, 40);
});

test('strangers leave 200 sessions behind: 3,000 events write less than 2 MB to the card', async (context) => {
  const appliance = await startAttacked(context, temporaryFolder(context));
  const strangers = await attack(context, appliance, { attack: 'sessions-left', count: 200 });
  await whenLeft(strangers, 200);
  const before = statisticsOf(appliance.pid)?.writtenBytes ?? Number.NaN;
  await appliance.sendEvents(3000, 400);
  await appliance.eventsAccepted();
  const written = (statisticsOf(appliance.pid)?.writtenBytes ?? Number.NaN) - before;
  context.diagnostic(`${Math.round(written / 3000)} bytes written for each event`);
  assert.ok(written < 2e6, `${written} bytes were written`);
});
