import { type FilterBudget, type FilterHolder, weightOfFilter } from './filter-budget.ts';

/** A connected client, and what it has subscribed to. */
export interface Subscriber extends FilterHolder {
  readonly filters: Set<string>;
  /** A number that changes whenever its subscriptions do. */
  subscriptionChanges: number;
}

/** Why a client does not get one more subscription. */
export type SubscriptionRefusal = 'too many of the client' | 'too many of all clients';

/** Counts the subscriptions of connected clients, per client and in total. */
export class SubscriptionCount {
  readonly #mostOfOne: number;
  readonly #budget: FilterBudget | undefined;

  /** @param mostOfOne the maximum for one client */
  constructor(mostOfOne: number, budget: FilterBudget | undefined) {
    this.#mostOfOne = mostOfOne;
    this.#budget = budget;
  }

  /** Counts one more subscription; returns why there is no room for it. */
  add(subscriber: Subscriber, filter: string): SubscriptionRefusal | undefined {
    subscriber.subscriptionChanges += 1;
    if (subscriber.filters.has(filter)) return undefined;
    if (subscriber.filters.size >= this.#mostOfOne) return 'too many of the client';
    const weight = weightOfFilter(filter);
    if (this.#budget?.hasRoomFor(subscriber.party, weight) === false)
      return 'too many of all clients';
    subscriber.filters.add(filter);
    this.#budget?.add(subscriber, weight);
    return undefined;
  }

  /** Added subscriptions are now final. */
  added(subscriber: Subscriber | undefined): void {
    if (subscriber) subscriber.subscriptionChanges += 1;
  }

  remove(subscriber: Subscriber | undefined, filters: readonly string[]): void {
    if (!subscriber) return;
    subscriber.subscriptionChanges += 1;
    for (const filter of filters) {
      if (subscriber.filters.delete(filter)) this.#budget?.add(subscriber, -weightOfFilter(filter));
    }
  }

  /** The client is gone. */
  release(subscriber: Subscriber): void {
    subscriber.filters.clear();
    this.#budget?.release(subscriber);
  }
}
