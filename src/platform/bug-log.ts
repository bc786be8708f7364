import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The same bug is logged once in this time, and so many different ones, ms. */
const periodMs = 60_000;
const mostInPeriod = 10;
/** A message may hold what somebody sent; a stack of V8's ten frames has some 1,000 characters. */
const longestStack = 4000;

/**
 * Logs bugs that go on by themselves (a request that throws, a delivery that is tried again), each
 * with its stack. Strangers may be able to bring them about, so there is a bound on the lines.
 */
export class BugLog {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #log: Log;
  /** Where the bugs of this period were thrown. */
  readonly #seen = new Set<string>();
  #beganMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param what what did not work: `GET /api/status` */
  report(what: string, error: unknown): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#beganMs >= periodMs) {
      this.#beganMs = nowMs;
      this.#seen.clear();
    }
    const origin = originOf(error);
    if (this.#seen.has(origin) || this.#seen.size >= mostInPeriod) {
      this.#leftOut += 1;
      return;
    }
    this.#seen.add(origin);
    const more = this.#leftOut > 0 ? ` (and ${this.#leftOut} times before)` : '';
    this.#leftOut = 0;
    const stack = stackOf(error).slice(0, longestStack);
    this.#log.error(`${what} failed because of a bug${more}: ${stack}`);
  }
}

/** The stack of an error, with its message; for the log only, never for the network. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Whether an error is our own mistake and not a fault outside, where both end in one `catch`: what
 * the language throws. Node's and libraries' errors have a code.
 */
export function isBug(error: unknown): boolean {
  const isOfLanguage =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return isOfLanguage && !('code' in error);
}

/** Where it was thrown, without the message, in which a stranger may write something new each time. */
function originOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return (error.stack ?? error.name).replace(error.message, '');
}
