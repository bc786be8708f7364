import { setTimeout as pause } from 'node:timers/promises';
import type { Experiment } from '../experiment.ts';

const eventsPerSecond = 500;
const withinMs = 30_000;
const askEveryMs = 50;

/** How long it takes from starting the processes until a subscriber has the first event. */
export const start: Experiment = {
  name: 'start',
  targets: ['appliance', 'peer', 'counter'],
  rows: () => [
    { key: 'start', title: 'start → first event at a subscriber', unit: 'ms', better: 'less' },
  ],
  run: async (kind, { load }, { bytes }) => {
    const target = await kind.launch();
    const { datagrams, startedNs } = target;
    const sender = load.keepSending({ ...datagrams, rate: eventsPerSecond, bytes });
    // The subscriber tries to connect until it can.
    const receivers = target.receivers(1);
    try {
      await Promise.all([target.ready, receivers.ready]);
      const end = performance.now() + withinMs;
      for (;;) {
        const { firstNs } = await receivers.count();
        if (firstNs > 0) return { start: (firstNs - startedNs) / 1e6 };
        if (performance.now() > end) throw new Error(`${kind.title}: no event in ${withinMs} ms`);
        await pause(askEveryMs);
      }
    } finally {
      await Promise.all([sender.stop(), receivers.stop()]);
      await target.stop();
    }
  },
};
