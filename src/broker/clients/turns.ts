import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { RoundRobin, type Waiting } from './round-robin.ts';

/** Packets with topic filters cost most, and have a line of their own. */
export type Lane = 'packets' | 'filters';

/** A client that has something to handle. */
export interface TurnTaker extends Waiting {
  /**
   * Handles what waits, at least one packet, and no more when they weigh `mostWeight`. It asks again
   * when more waits.
   * @returns what the packets weighed
   */
  takeTurn(mostWeight: number): number;
}

export interface TurnsOptions {
  /** Topic filters a second of all clients together, by weight. */
  readonly filtersPerSecond: number;
  /** Whether what earlier filters have set off is done, so that others may come. */
  readonly mayTakeFilters: () => boolean;
  readonly clock: Clock;
}

/** What one turn may weigh: about 50 µs of a Raspberry Pi 4, a PUBLISH weighs 4. */
const weightOfTurn = 16;
/** The same while nobody else waits: each turn has a cost of its own. */
const weightOfTurnAlone = 64;

/** What the turns of one iteration of the event loop may weigh, and how long they may take, ms. */
const weightOfIteration = 320;
const msOfIteration = 1;

/** So many seconds' worth of filters may come at once, as when clients connect again. */
const burstSeconds = 0.2;

/**
 * Shares the event loop among clients, so that between two looks at the sockets (where datagrams
 * arrive) only so much is done for them, whatever they send. A client that finds nobody before it
 * has its turn at once.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #lines: Readonly<Record<Lane, RoundRobin<TurnTaker>>> = {
    packets: new RoundRobin(),
    filters: new RoundRobin(),
  };
  readonly #filterRate: RateLimit;
  /** Of this iteration of the event loop. */
  #weight = 0;
  #ms = 0;
  #hasTakenFilters = false;

  #turnStartedMs = 0;
  /** Whether somebody has a turn, and the broker works on what came of it. */
  #isTurn = false;
  #isScheduled = false;
  /** Calls off the wait until filters may come again. */
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
    // Many other packets must not keep filters back for ever: each iteration takes one of theirs.
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
    // The broker works on the packets in callbacks that were queued before this one.
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

  /** A new iteration of the event loop: the sockets have been looked at. */
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
