/** Time as the appliance's parts see it, so that tests can control it. */
export interface Clock {
  /** Milliseconds that never go back, for intervals. Not the time of day. */
  monotonicMs(): number;
  /** The time of day, which may jump when the network sets it. */
  now(): Date;
  /** Calls `task` once after `delayMs` ms; the returned function cancels it. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** The system clock. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Ms since 1970. An earlier time can't be right: this program did not exist. Most Raspberry Pis have
 * no battery-backed clock, and start in the past until the network sets the time.
 */
export const earliestTime = Date.parse('2026-01-01');

/** Resolves when `work` is done, or after `ms` ms. A failure of `work` is not caught here. */
export function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, resolve);
    void work.finally(() => {
      cancel();
      resolve();
    });
  });
}

/** Formats times (ms since 1970) as ISO 8601. Events that arrive together mostly share theirs. */
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

/** Parses what `createTimeWriter` has formatted. */
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
