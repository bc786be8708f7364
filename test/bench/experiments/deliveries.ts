import type { Experiment } from '../experiment.ts';
import { withTarget } from '../with-target.ts';

const topic = 'bench/load';
const levels = [0, 1] as const;
/** How many messages the publisher may be ahead of the subscribers. */
const window = 200;
const warmUpSeconds = 0.5;

const keyOf = (what: 'rate' | 'latency', subscribers: number, qos: number) =>
  `broker.${what}.${subscribers}.qos${qos}`;

const subscribed = (subscribers: number) =>
  `${subscribers} subscriber${subscribers === 1 ? '' : 's'}`;

/** The broker alone: one client publishes as fast as all subscribers take it. */
export const deliveries: Experiment = {
  name: 'deliveries',
  targets: ['appliance', 'peer'],
  rows: ({ deliverySubscribers }) =>
    deliverySubscribers.flatMap((subscribers) =>
      levels.flatMap((qos) => [
        {
          key: keyOf('rate', subscribers, qos),
          title: `broker: ${subscribed(subscribers)}, QoS ${qos}`,
          unit: 'deliveries/s',
          better: 'more' as const,
        },
        {
          key: keyOf('latency', subscribers, qos),
          title: `broker: the same, one message at a time, p50`,
          unit: 'µs',
          better: 'less' as const,
        },
      ]),
    ),
  run: (kind, { load }, { bytes, deliverySubscribers, deliverySeconds }) =>
    withTarget(kind, async ({ mqttPort }) => {
      if (mqttPort === undefined) throw new Error(`${kind.title} is no broker`);
      const measurements: Record<string, number> = {};
      for (const subscribers of deliverySubscribers) {
        for (const qos of levels) {
          const clients = load.connect({ port: mqttPort, clients: subscribers, topic, qos });
          await clients.ready;
          await clients.publish({ qos, seconds: warmUpSeconds, window, bytes });
          const result = await clients.publish({ qos, seconds: deliverySeconds, window, bytes });
          measurements[keyOf('rate', subscribers, qos)] =
            result.lost === 0 ? result.deliveries / result.seconds : Number.NaN;
          await clients.publish({ qos, seconds: deliverySeconds / 3, window: 1, bytes });
          measurements[keyOf('latency', subscribers, qos)] = (await clients.report()).p50Us;
          await clients.stop();
        }
      }
      return measurements;
    }),
};
