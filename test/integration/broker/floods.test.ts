import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Beside, floodKinds, quantile, startFloods } from '../../support/floods.ts';
import { startTestApp } from '../../support/test-app.ts';

const attackers = 20;
const seconds = 3;
const eventsPerSecond = 20;
const retainedTopics = 2000;

/** The latency of the light that a flood may cause, ms: half of it at the median. */
const mostMs = 50;

/** A machine that is busy with other work delays everything that runs on it. */
function isInTime({ light, machine }: Beside): boolean {
  return ([0.5, 0.99] as const).every(
    (share) => quantile(light, share) < mostMs * share + 2 * quantile(machine, share),
  );
}

test('twenty attackers, each kind of flood in turn: lights in time, a subscriber misses nothing', {
  timeout: 300_000,
}, async (context) => {
  const started = await startTestApp(context, ['brokerConfig.access.anonymous=publish']);
  const { client } = await started.subscribe([]);
  for (let index = 0; index < retainedTopics; index += 1) {
    client.publish(`retained/${index % 50}/${index}`, `value ${index}`, { retain: true });
  }
  await client.publishAsync('retained', 'all', { qos: 1 });
  await client.endAsync();
  const floods = await startFloods(context, started);
  await floods.beside('none', attackers, 1, eventsPerSecond);

  for (const kind of floodKinds) {
    let isFast = false;
    for (let round = 1; round <= 3 && !isFast; round += 1) {
      const beside = await floods.beside(kind, attackers, seconds, eventsPerSecond);
      const row = (['light', 'subscriber', 'machine'] as const).map((name) => {
        const [p50, p99] = [0.5, 0.99].map((share) => quantile(beside[name], share).toFixed(1));
        return `${name} ${p50} / ${p99}`;
      });
      context.diagnostic(`${kind}, p50 / p99 in ms: ${row.join(', ')}`);
      assert.equal(beside.missing, 0, `${kind}: every event reaches the subscriber`);
      isFast = isInTime(beside);
    }
    assert.ok(isFast, `${kind}: the light waits for a flood`);
  }
});
