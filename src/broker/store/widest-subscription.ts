import type { StoredSubscription } from './stored-session.ts';

/** A subscription and its client, as far as they decide what the client gets. */
export interface Subscribed extends Omit<StoredSubscription, 'subscriptionIdentifier'> {
  readonly clientId: string;
  readonly topic: string;
}

export function subscribed(
  clientId: string,
  topic: string,
  { qos, rh, rap, nl }: StoredSubscription,
): Subscribed {
  return { clientId, topic, qos, rh, rap, nl } as Subscribed;
}

/** One subscription of each client: the one with the highest QoS (MQTT 3.1.1, section 3.3.5). */
export function widest<Subscription extends { readonly clientId: string; readonly qos: number }>(
  subscriptions: readonly Subscription[],
): Iterable<Subscription> {
  const byClient = new Map<string, Subscription>();
  for (const subscription of subscriptions) {
    const before = byClient.get(subscription.clientId);
    if (!before || before.qos < subscription.qos) byClient.set(subscription.clientId, subscription);
  }
  return byClient.values();
}
