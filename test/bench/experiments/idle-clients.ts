import { setTimeout as pause } from 'node:timers/promises';
import type { Experiment } from '../experiment.ts';
import { usageOf } from '../process-tree.ts';
import { eventTopic } from '../targets/appliance.ts';
import { withTarget } from '../with-target.ts';

const atOnce = 50;
const calmMs = 2000;

/** Many subscribers that only listen: how fast they connect, and what they cost. */
export const idleClients: Experiment = {
  name: 'idle-clients',
  targets: ['appliance', 'peer'],
  rows: () => [
    { key: 'connects', title: 'broker: connects and subscribes', unit: '/s', better: 'more' },
    {
      key: 'memory.client',
      title: 'broker: memory per 1,000 idle clients',
      unit: 'MB',
      better: 'less',
    },
  ],
  run: (kind, { load }, { idleClients: count }) =>
    withTarget(kind, async ({ pids, mqttPort }) => {
      if (mqttPort === undefined) throw new Error(`${kind.title} is no broker`);
      await pause(calmMs);
      const before = usageOf(pids).residentBytes;
      const clients = load.connect({ port: mqttPort, clients: count, topic: eventTopic, atOnce });
      const { seconds } = await clients.ready;
      await pause(calmMs);
      const after = usageOf(pids).residentBytes;
      await clients.stop();
      return {
        connects: count / seconds,
        'memory.client': ((after - before) / count) * (1000 / 1e6),
      };
    }),
};
