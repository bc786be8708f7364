import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { RoundRobin, type Waiting } from './round-robin.ts';

/** Packets with topic filters cost most, and have their own queue. */
export type Lane = 'packets' | 'filters';

/** A client that has something to handle. */
export interface TurnTaker extends Waiting {
  /**
   * Handles waiting packets: at least one, and then up to `mostWeight`. It asks again if more are
   * waiting.
   * @returns the weight of the packets
   */
  takeTurn(mostWeight: number): number;
}

export interface TurnsOptions {
  /** Topic filters per second of all clients together, by weight. */
  readonly filtersPerSecond: number;
  /** Whether the work caused by earlier filters is done, so that more may come. */
  readonly mayTakeFilters: () => boolean;
  readonly clock: Clock;
}

/** The weight of one turn: about 50 µs of a Raspberry Pi 4; a PUBLISH weighs 4. */
const weightOfTurn = 16;
/** The same if no other client is waiting: each turn has a cost of its own. */
const weightOfTurnAlone = 64;

/** The maximum weight and duration (ms) of the turns of one iteration of the event loop. */
const weightOfIteration = 320;
const msOfIteration = 1;

/** This many seconds' worth of filters may come at once, as when clients reconnect. */
const burstSeconds = 0.2;

/**
 * Shares the event loop among clients, so that only a limited amount of work is done for them
 * between two polls of the sockets (where datagrams arrive), whatever they send. A client with
 * nobody ahead of it has its turn at once.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #lines: Readonly<Record<Lane, RoundRobin<TurnTaker>>> = {
    packets: new RoundRobin(),
    filters: new RoundRobin(),
  };
  readonly #filterRate: RateLimit;
  /** The weight used in this iteration of the event loop. */
  #weight = 0;
  #ms = 0;
  #hasTakenFilters = false;

  #turnStartedMs = 0;
  /** Whether a client has its turn, and the broker is working on the result. */
  #isTurn = false;
  #isScheduled = false;
  /** Cancels the wait until filters may come again. */
  #cancelWait: (() => void) | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
    const { filtersPerSecond, clock } = options;
    this.#filterRate = new RateLimit(
      { burst: filtersPerSecond * burstSeconds, everyMs: 1000 / filtersPerSecond },
      clock,
    );
  }

  /** Asks for a turn, which may come before this returns. */
  ask(taker: TurnTaker, lane: Lane): void {
    this.#lines[lane].add(taker);
    if (this.#isTurn) return;
    const next = this.#next();
    if (next) this.#giveTurn(...next);
    else this.#goOnLater();
  }

  /** The client is gone. */
  leave(taker: TurnTaker): void {
    this.#lines.packets.remove(taker);
    this.#lines.filters.remove(taker);
  }

  stop(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #next(): [TurnTaker, Lane] | undefined {
    const hasTime = this.#weight < weightOfIteration && this.#ms < msOfIteration;
    const { packets, filters } = this.#lines;
    const one = hasTime ? packets.next() : undefined;
    if (one) return [one, 'packets'];
    // Many other packets must not delay filters forever: each iteration handles one with filters.
    if ((!hasTime && this.#hasTakenFilters) || !this.#mayTakeFilters()) return undefined;
    const other = filters.next();
    return other && [other, 'filters'];
  }

  #mayTakeFilters(): boolean {
    return !this.#cancelWait && this.#options.mayTakeFilters();
  }

  #giveTurn(taker: TurnTaker, lane: Lane): void {
    this.#isTurn = true;
    this.#turnStartedMs = this.#options.clock.monotonicMs();
    const isAlone = this.#lines.packets.isEmpty && this.#lines.filters.isEmpty;
    const weight = taker.takeTurn(isAlone ? weightOfTurnAlone : weightOfTurn);
    this.#weight += weight;
    if (lane === 'filters') {
      this.#hasTakenFilters = true;
      this.#waitForFilters(this.#filterRate.takeInAdvance(weight));
    }
    // The broker handles the packets in callbacks that were queued before this one.
    process.nextTick(queueMicrotask, this.#turnIsOver);
  }

  #waitForFilters(ms: number): void {
    if (ms === 0 || this.#cancelWait) return;
    this.#cancelWait = this.#options.clock.schedule(ms, () => {
      this.#cancelWait = undefined;
      this.#goOnLater();
    });
  }

  readonly #turnIsOver = (): void => {
    this.#isTurn = false;
    this.#ms += this.#options.clock.monotonicMs() - this.#turnStartedMs;
    const next = this.#next();
    if (next) this.#giveTurn(...next);
    else this.#goOnLater();
  };

  #goOnLater(): void {
    const isUsed = this.#weight > 0;
    const { packets, filters } = this.#lines;
    const waits = !packets.isEmpty || (!filters.isEmpty && !this.#cancelWait);
    if (this.#isScheduled || !(isUsed || waits)) return;
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  }

  /** A new iteration of the event loop: the sockets have been polled. */
  readonly #goOn = (): void => {
    this.#isScheduled = false;
    this.#weight = 0;
    this.#ms = 0;
    this.#hasTakenFilters = false;
    if (this.#isTurn) return;
    const next = this.#next();
    if (next) this.#giveTurn(...next);
    else this.#goOnLater();
  };
}
