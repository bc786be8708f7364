import { FairShares, type Party } from '../../access/fair-shares.ts';
import { AddressLimits } from '../../access/rate-limits.ts';
import { networkOf } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';

export interface PendingLimits {
  readonly clients: number;
  /** Per address. */
  readonly connectionsPerSecond: number;
  /** How long a new connection may take to send its CONNECT, s. */
  readonly connectSeconds: number;
}

/** A connection that has not identified itself yet. */
export interface PendingConnection {
  cutOff(reason: Error): void;
}

/** This many seconds' worth of connections may come at once, as after a network failure. */
const burstSeconds = 5;

interface Waiting {
  readonly party: Party;
  /** Cancels its timer. */
  readonly cancel: () => void;
}

/**
 * Watches connections until they are clients: limits how many may come, and how long they may wait.
 */
export class PendingConnections {
  readonly #limits: PendingLimits;
  readonly #clock: Clock;
  readonly #perAddress: AddressLimits;
  /** The oldest first. */
  readonly #waiting = new Map<PendingConnection, Waiting>();
  readonly #shares = new FairShares();

  constructor(limits: PendingLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    const { connectionsPerSecond } = limits;
    this.#perAddress = new AddressLimits(
      { burst: burstSeconds * connectionsPerSecond, everyMs: 1000 / connectionsPerSecond },
      clock,
    );
  }

  /** Whether a connection from this address is accepted now. */
  admits(address: string): boolean {
    return this.#perAddress.take(address) === 0;
  }

  /**
   * Adds a new connection; if too many are waiting, the one waiting longest from the address with
   * most of them is closed.
   */
  wait(connection: PendingConnection, address: string): void {
    const { clients, connectSeconds } = this.#limits;
    const party: Party = { key: networkOf(address), standing: 'stranger' };
    this.#shares.add(party, 1);
    if (this.#waiting.size >= clients) this.#cutOffOldest();
    const cancel = this.#clock.schedule(connectSeconds * 1000, () =>
      connection.cutOff(new Error(`no CONNECT within ${connectSeconds} s`)),
    );
    this.#waiting.set(connection, { party, cancel });
  }

  /** It is a client now, or gone. */
  done(connection: PendingConnection): void {
    const waiting = this.#waiting.get(connection);
    if (!waiting) return;
    waiting.cancel();
    this.#shares.remove(waiting.party, 1);
    this.#waiting.delete(connection);
  }

  /** Closes all of them. */
  close(): void {
    for (const connection of [...this.#waiting.keys()]) {
      connection.cutOff(new Error('the broker is stopping'));
    }
  }

  #cutOffOldest(): void {
    const { first } = this.#shares;
    for (const [oldest, { party }] of this.#waiting) {
      if (party.key !== first?.key) continue;
      this.done(oldest);
      oldest.cutOff(new Error('too many connections are waiting'));
      return;
    }
  }
}
