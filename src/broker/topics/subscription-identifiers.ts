import { matchesFilter } from './topic-filter.ts';

/** As in MQTT packets: a list only if there are several. */
export type SubscriptionIdentifiers = number | number[];

/**
 * The identifiers of a client's subscriptions that match a topic: a message that is sent once for
 * all of them includes all of them (MQTT 5, section 3.3.4). Undefined if there are none.
 */
export function matchingIdentifiers(
  subscriptions: Iterable<readonly [filter: string, identifier: number | undefined]>,
  topic: string,
): SubscriptionIdentifiers | undefined {
  const matching: number[] = [];
  for (const [filter, identifier] of subscriptions) {
    if (identifier !== undefined && matchesFilter(filter, topic)) matching.push(identifier);
  }
  return matching.length > 1 ? matching : matching[0];
}

/** What an Aedes client keeps of each subscription, by filter. */
export type ClientSubscriptions = Readonly<
  Record<string, { readonly si?: number | undefined; readonly nl?: boolean | undefined }>
>;

interface Properties {
  readonly subscriptionIdentifier: SubscriptionIdentifiers;
}

function hasIdentifier(subscriptions: ClientSubscriptions): boolean {
  for (const filter in subscriptions) if (subscriptions[filter]?.si !== undefined) return true;
  return false;
}

/** How many topics are remembered for each client. */
const mostRemembered = 100;

/**
 * The identifiers of the subscriptions of one client, as properties of a message to it; remembered
 * until the client subscribes again.
 */
export class IdentifierProperties {
  readonly #subscriptions: () => ClientSubscriptions;
  readonly #generation: () => number;
  readonly #byTopic = new Map<string, Properties | undefined>();
  #knownAt = -1;
  #hasAny = false;

  /** @param generation a number that changes whenever a client subscribes or unsubscribes */
  constructor(subscriptions: () => ClientSubscriptions, generation: () => number) {
    this.#subscriptions = subscriptions;
    this.#generation = generation;
  }

  /** @param isOwn whether the client published the message itself */
  of(topic: string, isOwn: boolean): Properties | undefined {
    const generation = this.#generation();
    if (this.#knownAt !== generation) {
      this.#knownAt = generation;
      this.#byTopic.clear();
      this.#hasAny = hasIdentifier(this.#subscriptions());
    }
    if (!this.#hasAny) return undefined;
    if (isOwn) return this.#find(topic, true);
    if (!this.#byTopic.has(topic)) {
      if (this.#byTopic.size >= mostRemembered) this.#byTopic.clear();
      this.#byTopic.set(topic, this.#find(topic, false));
    }
    return this.#byTopic.get(topic);
  }

  #find(topic: string, isOwn: boolean): Properties | undefined {
    const subscriptions = Object.entries(this.#subscriptions())
      // With "no local" (section 3.8.3.1), a client's own messages don't match.
      .filter(([, { nl }]) => !(isOwn && nl))
      .map(([filter, { si }]) => [filter, si] as const);
    const subscriptionIdentifier = matchingIdentifiers(subscriptions, topic);
    return subscriptionIdentifier === undefined ? undefined : { subscriptionIdentifier };
  }
}
