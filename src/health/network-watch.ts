import type { Part } from '../appliance/part.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartHealth } from './health.ts';

/** How often it looks, ms. */
const lookEveryMs = 10_000;
/** A cable pulled for a moment is nothing to report, ms. */
const patienceMs = 30_000;

export interface NetworkWatchOptions {
  /** The machine's addresses that others can reach; undefined where nobody needs to be told. */
  readonly addresses: (() => readonly string[]) | undefined;
  readonly clock: Clock;
  readonly health: PartHealth;
}

/** Reports when the machine has been without any network address for a while. */
export class NetworkWatch implements Part {
  readonly name = 'network';
  readonly #options: NetworkWatchOptions;
  #lastSeenMs = 0;
  #cancel: (() => void) | undefined;

  constructor(options: NetworkWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { addresses, clock, health } = this.#options;
    if (!addresses) {
      health.off('watched on a Raspberry Pi only');
      return;
    }
    this.#lastSeenMs = clock.monotonicMs();
    this.#look(addresses);
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(addresses: () => readonly string[]): void {
    const { clock, health } = this.#options;
    const found = addresses();
    const now = clock.monotonicMs();
    if (found.length > 0) {
      this.#lastSeenMs = now;
      health.ok(found.join(', '));
    } else if (now - this.#lastSeenMs >= patienceMs) {
      health.fault({
        message: 'this machine has no network address',
        remedy: 'Check the cable, or name and password of the Wi-Fi',
        needsAttention: true,
      });
    }
    this.#cancel = clock.schedule(lookEveryMs, () => this.#look(addresses));
  }
}
