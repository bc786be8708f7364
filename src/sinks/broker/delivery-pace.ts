import { FairShares, type Party, type Standing } from '../../access/fair-shares.ts';

/** A client that gets messages. */
export interface Receiver {
  readonly party: Party;
  /** Ends its connection, because others need what it takes. */
  giveWay(): void;
}

interface Delivery {
  readonly receiver: Receiver;
  readonly run: () => void;
}

/** Whose deliveries come first. */
const order: readonly Standing[] = ['signedIn', 'known', 'stranger'];

/** In one iteration of the event loop; each is some 10 µs of work, a few times that on a Pi. */
const mostAtOnce = 32;

/** What may wait; each takes some 300 bytes. */
const mostWaiting = 50_000;

/**
 * Lets so many QoS 1 and 2 messages out in one iteration of the event loop, so that a thousand
 * subscribers do not keep the next datagram, and with it the lights, waiting: each such message takes
 * packet identifiers, queues and promises. Users come first, then known addresses.
 */
export class DeliveryPace {
  readonly #lines: Record<Standing, Delivery[]> = {
    signedIn: [],
    known: [],
    stranger: [],
  };
  /** How far each line has come; what is done is taken out now and then. */
  readonly #heads: Record<Standing, number> = { signedIn: 0, known: 0, stranger: 0 };
  readonly #shares = new FairShares();
  #doneInIteration = 0;
  #isScheduled = false;

  /** Runs a delivery now, or when its turn has come. */
  add(receiver: Receiver, run: () => void): void {
    const { standing } = receiver.party;
    if (this.#doneInIteration < mostAtOnce && this.#shares.total === 0) {
      this.#doneInIteration += 1;
      this.#schedule();
      run();
      return;
    }
    this.#lines[standing].push({ receiver, run });
    this.#shares.add(receiver.party, 1);
    if (this.#shares.total > mostWaiting) this.#endOne();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  }

  readonly #goOn = (): void => {
    this.#isScheduled = false;
    this.#doneInIteration = 0;
    while (this.#doneInIteration < mostAtOnce && this.#shares.total > 0) {
      const { receiver, run } = this.#next();
      this.#shares.remove(receiver.party, 1);
      this.#doneInIteration += 1;
      run();
    }
    if (this.#doneInIteration > 0) this.#schedule();
  };

  #next(): Delivery {
    for (const standing of order) {
      const line = this.#lines[standing];
      const next = line[this.#heads[standing]];
      if (!next) continue;
      this.#heads[standing] += 1;
      // All at once, for taking the first out of a long array moves all others.
      if (this.#heads[standing] === line.length) {
        line.length = 0;
        this.#heads[standing] = 0;
      }
      return next;
    }
    throw new RangeError('deliveries are counted that do not wait');
  }

  /** More waits than there is room for: a client of the party with most of it has to go. */
  #endOne(): void {
    const { first } = this.#shares;
    if (!first) return;
    const line = this.#lines[first.standing];
    const at = line.findIndex(
      (delivery, index) =>
        index >= this.#heads[first.standing] && delivery.receiver.party.key === first.key,
    );
    const receiver = line[at]?.receiver;
    if (!receiver) return;
    const kept = line.slice(this.#heads[first.standing]).filter((one) => one.receiver !== receiver);
    this.#shares.remove(receiver.party, line.length - this.#heads[first.standing] - kept.length);
    this.#lines[first.standing] = kept;
    this.#heads[first.standing] = 0;
    receiver.giveWay();
  }
}
