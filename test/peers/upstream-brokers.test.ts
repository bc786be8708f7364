import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { listen, numbersIn } from './listener.ts';
import { startNats } from './nats.ts';
import type { PeerProcess } from './peer-process.ts';
import { startRabbitmq } from './rabbitmq.ts';

/** A tenth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 10_000, memoryCapacity: 100, firstRetryMs: 200, longestRetryMs: 500 },
};
const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;
const stateOf = ({ app }: TestApp) => app.health.part('upstream').status.state;

interface Statistics {
  readonly accepted: { readonly 'connection-open': number };
  readonly upstream: { readonly waiting: number; readonly sent: number; readonly dropped: number };
}
const statisticsOf = async ({ get }: TestApp) =>
  (await (await get('/api/status')).json()) as Statistics;

interface Course {
  readonly heard: readonly number[];
  readonly statistics: Statistics;
}

/** Stops and starts the broker while events are sent; resolves when everything has gone there. */
async function underLoad(
  context: TestContext,
  broker: PeerProcess,
  settings: readonly string[],
  count: number,
): Promise<Course> {
  const listener = await listen(context, `mqtt://127.0.0.1:${broker.port}`);
  const appliance = await startTestApp(
    context,
    ['mqttConfig.brokerHost=127.0.0.1', `mqttConfig.brokerPort=${broker.port}`, ...settings],
    quick,
  );
  await waitFor('online', () => listener.last('blinky/status') === 'online', 30_000);
  let sent = 0;
  const send = async (end: number) => {
    for (; sent < end; sent += 1) {
      await appliance.send(opened(`u${sent}`));
      await pause(4);
    }
  };
  const stops = 2;
  for (let stop = 1; stop <= stops; stop += 1) {
    const load = send(Math.floor((count * stop) / (stops + 1)));
    await waitFor(
      'some of them',
      async () => (await statisticsOf(appliance)).upstream.sent > sent / 2,
    );
    await broker.stop();
    await waitFor('the fault', () => stateOf(appliance) === 'fault', 30_000);
    await load;
    await broker.start();
    await waitFor('the connection', () => stateOf(appliance) === 'ok', 60_000);
  }
  await send(count);
  await waitFor(
    'none waiting',
    async () => {
      const { accepted, upstream } = await statisticsOf(appliance);
      return accepted['connection-open'] === count && upstream.waiting === 0;
    },
    60_000,
  );
  // The last are on their way to the listener; of those before, nothing more comes.
  await waitFor('the last', () => numbersIn(listener).includes(count - 1), 60_000);
  return { heard: numbersIn(listener), statistics: await statisticsOf(appliance) };
}

const missing = (heard: readonly number[], count: number) =>
  Array.from({ length: count }, (_, number) => number).filter((one) => !heard.includes(one));

describe('other brokers stopped and started under load', () => {
  test('NATS: everything is sent until it is acknowledged', async (context) => {
    const count = 600;
    const { heard, statistics } = await underLoad(context, await startNats(context), [], count);
    // What is removed here was acknowledged: each event was sent, none dropped. NATS (2.9) itself
    // loses some that it has acknowledged when it is stopped under load (1 of 600, 3 of 400 were
    // seen), so not all of them have to be heard.
    assert.equal(statistics.upstream.dropped, 0);
    assert.ok(statistics.upstream.sent >= count);
    const lost = missing(heard, count);
    context.diagnostic(`${count} events, 2 stops, ${lost.length} acknowledged and not delivered`);
    assert.ok(lost.length < count / 10, 'it delivers most of them');
  });

  test('NATS and a Sense server with a dot in its name: all but the topic with the dot', async (context) => {
    const nats = await startNats(context);
    // NATS 2.9 cuts the connection at a topic with a dot or a blank.
    const listener = await listen(context, `mqtt://127.0.0.1:${nats.port}`);
    const appliance = await startTestApp(
      context,
      ['mqttConfig.brokerHost=127.0.0.1', `mqttConfig.brokerPort=${nats.port}`],
      quick,
    );
    const send = (number: number) =>
      appliance.send(opened(`u${number}`).replace('sense1', 'sense1.lab.local'));
    const topic = 'qliksense/users/activeperserver/sense1.lab.local/count';
    const said = () => appliance.lines.filter((line) => line.includes('closes the connection at'));
    await send(0);
    await waitFor('the reason', () => said().length > 0, 30_000);
    await send(1);
    await waitFor('the events', () => new Set(numbersIn(listener)).size === 2, 30_000);
    await waitFor('the users', () => listener.last('qliksense/users/active/count') === '2');
    await waitFor(
      'none waiting',
      async () => (await statisticsOf(appliance)).upstream.waiting === 0,
    );
    assert.equal(said().length, 1);
    assert.ok(said()[0]?.includes(topic));
    assert.equal(stateOf(appliance), 'ok');
  });

  test('RabbitMQ: nothing is lost', async (context) => {
    const count = 400;
    const { heard, statistics } = await underLoad(context, await startRabbitmq(context), [], count);
    assert.equal(statistics.upstream.dropped, 0);
    assert.deepEqual(missing(heard, count), []);
    context.diagnostic(`${count} events, 2 stops, ${heard.length - count} repeated`);
  });
});
