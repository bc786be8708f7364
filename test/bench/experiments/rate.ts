import type { Experiment } from '../experiment.ts';
import { highestRate } from '../highest-rate.ts';
import type { Load, Receivers } from '../load/load.ts';
import { settled } from '../settle.ts';
import type { Target } from '../targets/target.ts';
import { withReceivers } from '../with-target.ts';

/** A machine that does other things too may fail once for no fault of the target. */
const tries = 2;
/** What comes later than so long after the last datagram was only put by, not kept up with; ms. */
const latestMs = 250;
/** More than the sender reaches. */
const atMost = 500_000;

/** The highest rate at which every event reaches each of `subscribers`. */
export function rate(subscribers: number): Experiment {
  const name = `rate-${subscribers}`;
  return {
    name,
    targets: subscribers === 1 ? ['appliance', 'peer', 'counter'] : ['appliance', 'peer'],
    rows: () => [
      {
        key: name,
        title: `highest rate without loss, ${subscribers} subscriber${subscribers === 1 ? '' : 's'}`,
        unit: 'events/s',
        better: 'more',
      },
    ],
    run: (kind, { load }, { bytes, rateSeconds, ratePrecision }) =>
      withReceivers(kind, subscribers, async (target, receivers) => {
        const found = await highestRate(
          { from: 2000, atMost, precision: ratePrecision },
          async (events) => {
            for (let attempt = 0; attempt < tries; attempt += 1) {
              if (await holds(events, rateSeconds, bytes, load, target, receivers)) return true;
            }
            return false;
          },
        );
        return { [name]: found };
      }),
  };
}

async function holds(
  rate: number,
  seconds: number,
  bytes: number,
  load: Load,
  { datagrams }: Target,
  receivers: Receivers,
): Promise<boolean> {
  await receivers.reset();
  const count = Math.round(rate * seconds);
  const sending = await load.send({ ...datagrams, count, rate, bytes });
  const endedNs = Number(process.hrtime.bigint());
  const { least, lastNs, closed } = await settled(receivers, count);
  const keptUp = sending.seconds < seconds * 1.05;
  return keptUp && closed === 0 && least === count && lastNs - endedNs < latestMs * 1e6;
}
