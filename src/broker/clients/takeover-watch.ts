import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** A client that comes back from a bad network does so now and then, not this often in a minute. */
const mostInAMinute = 5;
const minuteMs = 60_000;

/**
 * Tells when two clients go by one id. Each one's connection ends the other's (MQTT 3.1.1, section
 * 3.1.4), both come back, and neither hears everything: hard to find for those who have them.
 */
export class TakeoverWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Takeovers of each id in the minute that runs. */
  readonly #counts = new Map<string, number>();
  readonly #told = new Set<string>();
  #cancel: (() => void) | undefined;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A client takes the place of one that is connected under its id. */
  takenOver(clientId: string, address: string): void {
    const count = (this.#counts.get(clientId) ?? 0) + 1;
    this.#counts.set(clientId, count);
    this.#cancel ??= this.#clock.schedule(minuteMs, () => this.#endMinute());
    if (count <= mostInAMinute || this.#told.has(clientId)) return;
    this.#told.add(clientId);
    this.#log.warn(
      `two clients call themselves ${clientId}, one of them at ${address}: each cuts off the other. Give them different client ids`,
    );
  }

  stop(): void {
    this.#cancel?.();
  }

  #endMinute(): void {
    for (const clientId of this.#told) {
      if (this.#counts.has(clientId)) continue;
      this.#told.delete(clientId);
      this.#log.info(`only one client calls itself ${clientId} now`);
    }
    this.#counts.clear();
    this.#cancel =
      this.#told.size === 0 ? undefined : this.#clock.schedule(minuteMs, () => this.#endMinute());
  }
}
