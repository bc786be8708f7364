import type { Experiment } from '../experiment.ts';
import { settled } from '../settle.ts';
import { withReceivers } from '../with-target.ts';

const quietMs = 700;
const warmUpEvents = 500;

/** How much of a burst of datagrams, back to back, arrives at a subscriber. */
export const bursts: Experiment = {
  name: 'bursts',
  targets: ['appliance', 'peer', 'counter'],
  rows: ({ bursts: sizes }) =>
    sizes.map((size) => ({
      key: `burst.${size}`,
      title: `burst of ${size.toLocaleString('en')} back to back, arrived`,
      unit: '%',
      better: 'more',
    })),
  run: (kind, { load }, { bytes, bursts: sizes }) =>
    withReceivers(kind, 1, async ({ datagrams }, receivers) => {
      await load.send({ ...datagrams, count: warmUpEvents, rate: warmUpEvents, bytes });
      const measurements: Record<string, number> = {};
      for (const size of sizes) {
        await settled(receivers, Number.POSITIVE_INFINITY, quietMs);
        await receivers.reset();
        await load.send({ ...datagrams, count: size, rate: 0, bytes });
        const { least } = await settled(receivers, size, quietMs);
        measurements[`burst.${size}`] = (least / size) * 100;
      }
      return measurements;
    }),
};
