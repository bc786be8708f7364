import { AddressLimits } from '../../access/address-limits.ts';
import type { Clock } from '../../clock.ts';

export interface DoorLimits {
  readonly clients: number;
  /** From one address. */
  readonly connectionsPerSecond: number;
  /** How long a new connection may take until its CONNECT, s. */
  readonly connectSeconds: number;
}

/** A connection of which nobody knows yet what it is. */
export interface Newcomer {
  cutOff(reason: Error): void;
}

/** So many seconds' worth of connections may come at once, as after the network was away. */
const burstSeconds = 5;

/** Looks after connections until they are clients: how many may come, and how long they may wait. */
export class Doorkeeper {
  readonly #limits: DoorLimits;
  readonly #clock: Clock;
  readonly #perAddress: AddressLimits;
  /** The oldest first, each with what calls its timer off. */
  readonly #waiting = new Map<Newcomer, () => void>();

  constructor(limits: DoorLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    const { connectionsPerSecond } = limits;
    this.#perAddress = new AddressLimits(
      { burst: burstSeconds * connectionsPerSecond, everyMs: 1000 / connectionsPerSecond },
      clock,
    );
  }

  /** Whether a connection from this address is taken now. */
  admits(address: string): boolean {
    return this.#perAddress.take(address) === 0;
  }

  /** A new connection; when too many wait, the one that has waited longest goes. */
  wait(newcomer: Newcomer): void {
    const { clients, connectSeconds } = this.#limits;
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= clients) oldest?.cutOff(new Error('too many connections wait'));
    const cancel = this.#clock.schedule(connectSeconds * 1000, () =>
      newcomer.cutOff(new Error(`no CONNECT within ${connectSeconds} s`)),
    );
    this.#waiting.set(newcomer, cancel);
  }

  /** It is a client now, or gone. */
  done(newcomer: Newcomer): void {
    this.#waiting.get(newcomer)?.();
    this.#waiting.delete(newcomer);
  }

  /** Sends everybody away. */
  close(): void {
    for (const newcomer of [...this.#waiting.keys()]) {
      newcomer.cutOff(new Error('the broker stops'));
    }
  }
}
