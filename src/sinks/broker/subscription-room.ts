import type { Client } from 'aedes';

/**
 * How many subscriptions a client may still add. To count thousands takes a while: that is done once
 * for all filters of a packet, about which Aedes asks one after the other.
 */
export class SubscriptionRoom {
  readonly #most: number;
  #counted: { readonly client: Client; count: number } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there is room for this filter, which then has it. */
  take(client: Client, filter: string): boolean {
    const { subscriptions } = client as Client & { subscriptions: Record<string, unknown> };
    if (Object.hasOwn(subscriptions, filter)) return true;
    const counted = this.#count(client, subscriptions);
    if (counted.count >= this.#most) return false;
    counted.count += 1;
    return true;
  }

  #count(client: Client, subscriptions: object) {
    if (this.#counted?.client === client) return this.#counted;
    const counted = { client, count: Object.keys(subscriptions).length };
    this.#counted = counted;
    queueMicrotask(() => {
      this.#counted = undefined;
    });
    return counted;
  }
}
