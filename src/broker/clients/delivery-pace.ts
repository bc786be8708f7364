import { FairShares, type Party, type Standing } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';
import { RoundRobin, type Waiting } from './round-robin.ts';

/** A client that gets messages. */
export interface Receiver {
  readonly party: Party;
  /** Ends its connection, because others need what it takes. */
  giveWay(): void;
}

/** What waits for one client, in order. */
interface Queue extends Waiting {
  readonly receiver: Receiver;
  /** The party it counts for; the client may become known while it waits. */
  readonly payer: Party;
  readonly deliveries: (() => void)[];
  /** How many of them have been made; all are removed at once, which is cheaper. */
  made: number;
}

/** The order of deliveries. */
const order: readonly Standing[] = ['signedIn', 'known', 'stranger'];

/**
 * Deliveries in one iteration of the event loop: each is about 10 µs of work, several times that on
 * a Pi.
 */
const leastAtOnce = 32;
const mostAtOnce = 512;

/** An iteration that took longer is followed by one with fewer deliveries, ms. */
const iterationMs = 5;

/**
 * Deliveries to one client before the next has its turn: they are sent in one write, and read in
 * one.
 */
const mostInTurn = 32;

/** The maximum number of waiting deliveries; each takes about 300 bytes. */
const mostWaiting = 50_000;

/**
 * Limits the QoS 1 and 2 messages sent in one iteration of the event loop, so that a thousand
 * subscribers do not delay the next datagram, and with it the lights: each such message takes
 * packet identifiers, queues and promises. Users come first, then known addresses. The number
 * depends on how long iterations take, including all other work in them.
 */
export class DeliveryPace {
  readonly #clock: Clock;
  readonly #queues = new Map<Receiver, Queue>();
  readonly #turns: Record<Standing, RoundRobin<Queue>> = {
    signedIn: new RoundRobin(),
    known: new RoundRobin(),
    stranger: new RoundRobin(),
  };
  readonly #shares = new FairShares();
  #mostAtOnce = leastAtOnce * 2;
  #doneInIteration = 0;
  #iterationStartedMs = 0;
  #isScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a delivery now, or when its turn comes. */
  add(receiver: Receiver, deliver: () => void): void {
    if (this.#doneInIteration < this.#mostAtOnce && this.#shares.total === 0) {
      this.#doneInIteration += 1;
      this.#begin();
      deliver();
      return;
    }
    const queue = this.#queueOf(receiver);
    queue.deliveries.push(deliver);
    this.#shares.add(queue.payer, 1);
    if (this.#shares.total > mostWaiting) this.#endOne();
    this.#begin();
  }

  #queueOf(receiver: Receiver): Queue {
    const known = this.#queues.get(receiver);
    if (known) return known;
    const { party: payer } = receiver;
    const queue = { receiver, payer, party: payer.key, deliveries: [], made: 0 };
    this.#queues.set(receiver, queue);
    this.#turns[payer.standing].add(queue);
    return queue;
  }

  #begin(): void {
    if (!this.#isScheduled) this.#iterationStartedMs = this.#clock.monotonicMs();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  }

  readonly #goOn = (): void => {
    this.#isScheduled = false;
    const now = this.#clock.monotonicMs();
    this.#learn(now - this.#iterationStartedMs);
    this.#iterationStartedMs = now;
    this.#doneInIteration = 0;
    while (this.#doneInIteration < this.#mostAtOnce && this.#shares.total > 0) this.#giveTurn();
    if (this.#doneInIteration > 0) this.#schedule();
  };

  /** Adjusts how much the next iteration may do to how long the last one took. */
  #learn(tookMs: number): void {
    if (tookMs > iterationMs) {
      this.#mostAtOnce = Math.max(leastAtOnce, Math.floor(this.#mostAtOnce / 2));
    } else if (this.#doneInIteration >= this.#mostAtOnce) {
      this.#mostAtOnce = Math.min(mostAtOnce, Math.ceil(this.#mostAtOnce * 1.25));
    }
  }

  #giveTurn(): void {
    const queue = this.#nextQueue();
    const last = Math.min(
      queue.made + mostInTurn,
      queue.made + this.#mostAtOnce - this.#doneInIteration,
      queue.deliveries.length,
    );
    // Removed before any is made: a delivery may add others, which must wait behind these.
    const due = queue.deliveries.slice(queue.made, last);
    queue.made = last;
    if (queue.made === queue.deliveries.length) this.#queues.delete(queue.receiver);
    else this.#turns[queue.payer.standing].add(queue);
    for (const deliver of due) {
      this.#shares.remove(queue.payer, 1);
      this.#doneInIteration += 1;
      deliver();
    }
  }

  #nextQueue(): Queue {
    for (const standing of order) {
      const queue = this.#turns[standing].next();
      if (queue) return queue;
    }
    throw new RangeError('the count of waiting deliveries is wrong');
  }

  /**
   * More is waiting than there is room for: the client with most, of the party with most, is
   * disconnected.
   */
  #endOne(): void {
    const { first } = this.#shares;
    let most: Queue | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.party !== first?.key || queue.payer.standing !== first.standing) continue;
      if (!most || waitingIn(queue) > waitingIn(most)) most = queue;
    }
    if (!most) return;
    this.#queues.delete(most.receiver);
    this.#turns[most.payer.standing].remove(most);
    this.#shares.remove(most.payer, waitingIn(most));
    most.receiver.giveWay();
  }
}

const waitingIn = ({ deliveries, made }: Queue) => deliveries.length - made;
