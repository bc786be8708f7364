import type { BrokerStore } from '../store/broker-store.ts';
import type { ClientQueues, Packet } from './deliveries.ts';

/** The queues of a store as those who deliver see them. */
export function clientQueues(store: BrokerStore): ClientQueues {
  return {
    goesNow: (client, packet, hasRoom) => store.outgoing.goesNow(client, packet, hasRoom),
    next: (client) => store.outgoing.next(client) as Packet | undefined,
    update: (client, packet) => store.persistence.outgoingUpdate(client, packet),
  };
}
