import type { Aedes, Client } from 'aedes';

// Aedes keeps clients under their ids, and a client's subscriptions under their filters, in plain
// objects. Those have names of their own: a client that calls itself `constructor` would bring the
// program down, a topic of that name would come at another QoS. What replaces them here holds only
// what was put there. (`packet-check.ts` refuses the one filter for which this is not enough.)

/** To be called before the broker takes clients. */
export function forgetInheritedClients(aedes: Aedes): void {
  Object.assign(aedes, { clients: Object.create(null), brokers: Object.create(null) });
}

/** To be called before the client subscribes. */
export function forgetInheritedSubscriptions(client: Client): void {
  Object.assign(client, { subscriptions: Object.create(null) });
}

/**
 * Sessions are kept, and end, where they are stored (`store/sessions.ts`). Aedes beside it would
 * end those of the clients that leave last when many have left.
 */
export function leaveExpiryToSessions(aedes: Aedes): void {
  Object.assign(aedes, { scheduleSessionExpiry: () => {} });
}

/** What an Aedes 2.0.0-beta.1 has besides its public face. */
type Internals = Aedes & {
  connectedClients: number;
  readonly clients: Record<string, Client>;
  unregisterClient(client: Client): void;
};

/**
 * A client that is about to close when another takes its id must not take that one out of the list
 * of clients: Aedes would forget it, and wait for it for ever when it closes.
 */
export function keepNewerClients(aedes: Aedes): void {
  const internals = aedes as Internals;
  const unregister = internals.unregisterClient.bind(aedes);
  internals.unregisterClient = (client) => {
    if (internals.clients[client.id] === client) unregister(client);
    else {
      internals.connectedClients -= 1;
      aedes.emit('clientDisconnect', client);
    }
  };
}
