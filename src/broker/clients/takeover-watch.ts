import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** A client on a bad network reconnects now and then, but not this often in a minute. */
const mostInAMinute = 5;
const minuteMs = 60_000;

/**
 * Reports when two clients use the same client id. Each one's connection ends the other's (MQTT
 * 3.1.1, section 3.1.4), both reconnect, and neither receives everything, which is hard to
 * diagnose.
 */
export class TakeoverWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Takeovers of each id in the current minute. */
  readonly #counts = new Map<string, number>();
  readonly #reported = new Set<string>();
  #cancel: (() => void) | undefined;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A client replaces a connected one with the same id. */
  takenOver(clientId: string, address: string): void {
    const count = (this.#counts.get(clientId) ?? 0) + 1;
    this.#counts.set(clientId, count);
    this.#cancel ??= this.#clock.schedule(minuteMs, () => this.#endMinute());
    if (count <= mostInAMinute || this.#reported.has(clientId)) return;
    this.#reported.add(clientId);
    this.#log.warn(
      `two clients use the client id ${clientId}, one of them at ${address}, and keep disconnecting each other. Fix: give them different client ids`,
    );
  }

  stop(): void {
    this.#cancel?.();
  }

  #endMinute(): void {
    for (const clientId of this.#reported) {
      if (this.#counts.has(clientId)) continue;
      this.#reported.delete(clientId);
      this.#log.info(`only one client uses the client id ${clientId} now`);
    }
    this.#counts.clear();
    this.#cancel =
      this.#reported.size === 0
        ? undefined
        : this.#clock.schedule(minuteMs, () => this.#endMinute());
  }
}
