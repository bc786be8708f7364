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
