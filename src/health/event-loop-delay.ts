import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay is sampled, ms. */
const resolutionMs = 20;

/** A quantile of the delays since the last reading, s. */
export type Quantile = readonly [quantile: '0.5' | '0.99' | '1', seconds: number];

export interface EventLoopDelay {
  /** The delays since the last reading; all zero at the first. */
  read(): readonly Quantile[];
  /** Since the first reading, up to the last: all delays together, s, and how many there were. */
  readonly seconds: number;
  readonly samples: number;
}

/**
 * Measures how late timers fire. Sampling starts with the first reading, so that an appliance
 * that nobody monitors is not woken fifty times a second.
 */
export function createEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  /** The histogram has the times between samples, ns. */
  const delay = (ns: number) => Math.max(0, ns / 1e9 - resolutionMs / 1000);
  let seconds = 0;
  let samples = 0;
  return {
    get seconds() {
      return seconds;
    },
    get samples() {
      return samples;
    },
    read: () => {
      if (histogram.count > 0) {
        samples += histogram.count;
        seconds += delay(histogram.mean) * histogram.count;
      }
      const delays: readonly Quantile[] = [
        ['0.5', delay(histogram.percentile(50))],
        ['0.99', delay(histogram.percentile(99))],
        ['1', delay(histogram.max)],
      ];
      histogram.enable();
      histogram.reset();
      return delays;
    },
  };
}
