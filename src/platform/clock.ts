/** Time as the appliance's parts see it, so that a test can hold it. */
export interface Clock {
  /** Milliseconds that only ever grow: for intervals. Not the time of day. */
  monotonicMs(): number;
  /** The time of day, which may jump when the network sets it. */
  now(): Date;
  /** Calls `task` once after `delayMs` ms; the returned function calls it off. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Ms since 1970; what is before can't be the time of day: this program did not exist. A Raspberry Pi
 * has no clock of its own, and starts in the past until the network sets it.
 */
export const earliestTime = Date.parse('2026-01-01');

/** Resolves when `work` is done, or after `ms` ms. That `work` fails is not caught here. */
export function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, resolve);
    void work.finally(() => {
      cancel();
      resolve();
    });
  });
}

/** Writes times (ms since 1970) as ISO 8601. Events that come together mostly share theirs. */
export function createTimeWriter(): (timeMs: number) => string {
  let lastMs = Number.NaN;
  let last = '';
  return (timeMs) => {
    if (timeMs !== lastMs) {
      last = new Date(timeMs).toISOString();
      lastMs = timeMs;
    }
    return last;
  };
}

/** Reads what `createTimeWriter` has written. */
export function createTimeReader(): (text: string) => number {
  let last = '';
  let lastMs = Number.NaN;
  return (text) => {
    if (text !== last) {
      lastMs = Date.parse(text);
      last = text;
    }
    return lastMs;
  };
}
