import { setTimeout as pause } from 'node:timers/promises';
import type { Experiment } from '../experiment.ts';
import { usageOf } from '../process-tree.ts';
import { withReceivers } from '../with-target.ts';

const eventsPerSecond = 1000;
const megabytes = (bytes: number) => bytes / 1e6;

/** Memory and CPU of all processes of a target, with nothing to do and under load. */
export const footprint: Experiment = {
  name: 'footprint',
  targets: ['appliance', 'peer', 'counter'],
  rows: () => [
    { key: 'memory.idle', title: 'memory at idle, all processes', unit: 'MB', better: 'less' },
    { key: 'memory.load', title: 'memory at 1,000 events/s', unit: 'MB', better: 'less' },
    { key: 'cpu.idle', title: 'CPU at idle', unit: '%', better: 'less' },
    { key: 'wakeups.idle', title: 'wake-ups at idle', unit: '/s', better: 'less' },
    { key: 'cpu.event', title: 'CPU per event, at 1,000/s', unit: 'µs', better: 'less' },
  ],
  run: (kind, { load }, { bytes, calmSeconds, idleSeconds, warmUpSeconds, loadSeconds }) =>
    withReceivers(kind, 1, async ({ pids, datagrams }) => {
      await pause(calmSeconds * 1000);
      const before = usageOf(pids);
      await pause(idleSeconds * 1000);
      const idle = usageOf(pids);
      const send = (seconds: number) =>
        load.send({
          ...datagrams,
          count: eventsPerSecond * seconds,
          rate: eventsPerSecond,
          bytes,
        });
      await send(warmUpSeconds);
      const warm = usageOf(pids);
      const { sent } = await send(loadSeconds);
      const loaded = usageOf(pids);
      return {
        'memory.idle': megabytes(idle.residentBytes),
        'memory.load': megabytes(loaded.residentBytes),
        'cpu.idle': ((idle.cpuMs - before.cpuMs) / (idleSeconds * 1000)) * 100,
        'wakeups.idle': (idle.waits - before.waits) / idleSeconds,
        'cpu.event': ((loaded.cpuMs - warm.cpuMs) / sent) * 1000,
      };
    }),
};
