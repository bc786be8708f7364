import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../../support/test-app.ts';
import { TickingClock } from '../../support/ticking-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

test('statistics under $SYS, for subscribers only, and nothing about other clients', async (context) => {
  const clock = new TickingClock();
  const { subscribe } = await startTestApp(context, [], { clock });
  const everything = await subscribe('#');
  const asks = await subscribe('$SYS/#', { clientId: 'asks' });
  assert.equal(await asks.received('$SYS/broker/version'), 'Blinky Light 0.0.0-test');
  assert.equal(await asks.received('$SYS/broker/clients/connected'), '2');

  const third = await subscribe('lamps/#', { clientId: 'a-name-to-keep' });
  third.client.publish('lamps/a', 'dropped, for want of the right');
  clock.jump(10_000);
  await waitFor('new statistics', () =>
    asks.messages.some(
      ({ topic, payload }) => topic === '$SYS/broker/clients/connected' && payload === '3',
    ),
  );
  assert.match((await asks.received('$SYS/broker/uptime')) ?? '', /^\d+ seconds$/);
  await third.client.endAsync();
  clock.jump(61_000);
  await waitFor(
    'statistics without the third',
    () => asks.messages.findLast(({ topic }) => topic.endsWith('/connected'))?.payload === '2',
  );
  assert.ok(asks.messages.every(({ topic }) => topic.startsWith('$SYS/broker/')));
  assert.ok(asks.messages.every(({ payload }) => !payload.includes('a-name-to-keep')));
  assert.ok(everything.messages.every(({ topic }) => !topic.startsWith('$')));
});
