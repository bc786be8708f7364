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
