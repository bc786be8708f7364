import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  attack,
  joinHonestly,
  startAttacked,
} from '../../support/strangers/appliance-under-attack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

test('one address takes all places: users and other addresses get in, and it is reported', async (context) => {
  const appliance = await startAttacked(context, temporaryFolder(context));
  const strangers = await attack(context, appliance, { attack: 'places', count: 1000 });
  let most = -1;
  await waitFor(
    'as many places taken as can be',
    async () => {
      await pause(1000);
      const { open = 0 } = await strangers.report();
      const isAll = open <= most;
      most = Math.max(open, most);
      return isAll && open > 0;
    },
    60_000,
  );
  const users = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      joinHonestly(context, appliance, {
        clientId: `desk-${index}`,
        localAddress: '127.0.0.50',
        signedIn: true,
      }),
    ),
  );
  const others = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      joinHonestly(context, appliance, {
        clientId: `lamp-${index}`,
        localAddress: `127.0.0.${100 + index}`,
      }),
    ),
  );
  const codes = [...users, ...others].map(({ welcome }) => welcome !== 'closed' && welcome.code);
  assert.deepEqual(codes, Array(25).fill(0));
  const health = await (await fetch(`http://127.0.0.1:${appliance.target.webPort}/healthz`)).text();
  assert.match(`${health}\n${appliance.child.output()}`, /127\.0\.0\.2\b/);
});
