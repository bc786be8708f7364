import type { Part } from '../appliance/part.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartHealth } from './health.ts';

/** How often it checks, ms. */
const lookEveryMs = 10_000;
/** A shorter interruption is not reported, ms. */
const patienceMs = 30_000;

export interface NetworkWatchOptions {
  /** The machine's addresses that others can reach; undefined if they are not watched. */
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
      health.off('only checked on a Raspberry Pi');
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
        message: 'this Pi has no network address',
        remedy: 'Check the network cable, or the name and password of the Wi-Fi',
        needsAttention: true,
      });
    }
    this.#cancel = clock.schedule(lookEveryMs, () => this.#look(addresses));
  }
}
