import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The same bug is logged once in this time, and at most this many different bugs, ms. */
const periodMs = 60_000;
const mostInPeriod = 10;
/**
 * A message may contain what a client sent; a stack of V8's ten frames has about 1,000 characters.
 */
const longestStack = 4000;

/**
 * Logs bugs that don't end the program (a request handler that throws, a delivery that is retried),
 * each with its stack. Anonymous clients may be able to trigger them, so the number of lines is
 * bounded.
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

  /** @param what what failed: `GET /api/status` */
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
 * Whether an error is a bug in the program rather than a failure outside it, where one `catch`
 * handles both. Bugs are the errors that the language throws; errors of Node and libraries have a
 * code.
 */
export function isBug(error: unknown): boolean {
  const isOfLanguage =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return isOfLanguage && !('code' in error);
}

/** Where it was thrown, without the message, which a client may be able to change each time. */
function originOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return (error.stack ?? error.name).replace(error.message, '');
}
