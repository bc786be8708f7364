import type { Experiment } from '../experiment.ts';
import { settled } from '../settle.ts';
import { withReceivers } from '../with-target.ts';

/** One event every 2 ms: far from any limit, so that only the path itself is measured. */
const eventsPerSecond = 500;

const row = (key: string, name: string) => ({
  key,
  title: `datagram → subscriber, ${name}`,
  unit: 'µs',
  better: 'less' as const,
});

/** How long an event takes from its datagram to an MQTT subscriber. */
export const latency: Experiment = {
  name: 'latency',
  targets: ['appliance', 'peer', 'counter', 'bare'],
  rows: () => [row('latency.p50', 'p50'), row('latency.p95', 'p95'), row('latency.p99', 'p99')],
  run: (kind, { load }, { bytes, warmUpSeconds, latencySeconds }) =>
    withReceivers(kind, 1, async ({ datagrams }, receivers) => {
      const send = (seconds: number) =>
        load.send({
          ...datagrams,
          count: Math.round(eventsPerSecond * seconds),
          rate: eventsPerSecond,
          bytes,
        });
      await send(warmUpSeconds);
      await settled(receivers, eventsPerSecond * warmUpSeconds);
      await receivers.reset();
      const { sent } = await send(latencySeconds);
      await settled(receivers, sent);
      const { p50Us, p95Us, p99Us } = await receivers.report();
      return { 'latency.p50': p50Us, 'latency.p95': p95Us, 'latency.p99': p99Us };
    }),
};
