import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { shownName } from './shown-name.ts';

/** A network has stopped when it has sent nothing wrong for this long, ms. */
const quietMs = 60_000;
/** Networks with log lines of their own; any others are logged together. */
const mostNetworks = 20;
const others = 'other addresses';

interface Period {
  wrong: number;
  delayed: number;
  lastAtMs: number;
  cancel: () => void;
}

/** Logs wrong sign-ins: one line when a network starts, and one when it has stopped. */
export class SignInLog {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #periods = new Map<string, Period>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  wrong(network: string, name: string): void {
    const period = this.#period(
      network,
      (who) => `wrong user name or password from ${who}, user ${shownName(name)}`,
    );
    period.wrong += 1;
  }

  /** Someone was told to try again later. */
  delayed(network: string): void {
    const period = this.#period(
      network,
      (who) => `too many sign-ins at once: clients at ${who} must try again later`,
    );
    period.delayed += 1;
  }

  stop(): void {
    for (const who of [...this.#periods.keys()]) this.#end(who);
  }

  #period(network: string, beginning: (who: string) => string): Period {
    const address = network.includes(':') ? `${network}::/64` : network;
    const hasLine = this.#periods.has(address) || this.#periods.size < mostNetworks;
    const who = hasLine ? address : others;
    const lastAtMs = this.#clock.monotonicMs();
    const before = this.#periods.get(who);
    if (before) {
      before.lastAtMs = lastAtMs;
      return before;
    }
    this.#log.warn(beginning(who));
    const period: Period = { wrong: 0, delayed: 0, lastAtMs, cancel: () => {} };
    this.#periods.set(who, period);
    this.#watch(who, period, quietMs);
    return period;
  }

  #watch(who: string, period: Period, ms: number): void {
    period.cancel = this.#clock.schedule(ms, () => {
      const restMs = period.lastAtMs + quietMs - this.#clock.monotonicMs();
      if (restMs > 0) this.#watch(who, period, restMs);
      else this.#end(who);
    });
  }

  #end(who: string): void {
    const period = this.#periods.get(who);
    if (!period) return;
    period.cancel();
    this.#periods.delete(who);
    const { wrong, delayed } = period;
    // The first line already covers a single attempt.
    if (wrong + delayed < 2) return;
    this.#log.info(
      `wrong sign-ins from ${who} have stopped: ${wrong} wrong, ${delayed} told to try again later`,
    );
  }
}
