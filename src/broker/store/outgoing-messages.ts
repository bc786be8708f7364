import type { MessageExpiry } from './message-expiry.ts';
import { hasExpired, outgoingPacket } from './outgoing-packet.ts';
import type { Queues } from './queues.ts';
import type { SessionClient } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { MessagePacket } from './stored-packets.ts';

export interface OutgoingMessagesOptions {
  readonly sessions: Sessions;
  readonly queues: Queues;
  readonly expiry: MessageExpiry;
}

/**
 * Decides which messages a client with a session gets now, directly or from its queue: in order,
 * each once.
 */
export class OutgoingMessages {
  readonly #sessions: Sessions;
  readonly #queues: Queues;
  readonly #expiry: MessageExpiry;

  constructor({ sessions, queues, expiry }: OutgoingMessagesOptions) {
    this.#sessions = sessions;
    this.#queues = queues;
    this.#expiry = expiry;
  }

  /**
   * Whether Aedes may pass this packet to the client now. Messages in its queue are sent from the
   * queue while it catches up, so that nothing is overtaken or sent twice.
   */
  mayForward(client: SessionClient, packet: MessagePacket): boolean {
    // With an identifier it comes from the queue.
    if (packet.qos === 0 || packet.messageId !== undefined) return true;
    const session = this.#sessions.get(client.id);
    const queued = session && this.#queues.queuedFor(session, packet);
    if (!queued) return true;
    if (session.client !== client || queued.messageId !== undefined) return false;
    return session.isUnderWay(queued);
  }

  /**
   * Whether a message is sent to its client now. Messages stay in the client's queue while it has
   * too many unacknowledged ones; it gets them afterwards (`next`).
   */
  goesNow(client: SessionClient, packet: MessagePacket, hasRoom: boolean): boolean {
    const session = this.#sessions.get(client.id);
    // A retained message for a new subscription is in no queue; Aedes removes its broker's id.
    if (!session || !packet.brokerId) return true;
    // Aedes restores the subscriptions of a client before it reports that the client has connected.
    // A message in between is on its way into the queue, and must not overtake what waits there.
    if (session.client !== client) return false;
    const queued = this.#queues.queuedFor(session, packet);
    // It is in the queue from the moment it is accepted. A client that gets its queue may receive
    // it, and even acknowledge it, before it is passed on here.
    if (!queued || queued.messageId !== undefined) return false;
    return session.goesNow(queued, hasRoom);
  }

  /** What a client gets next from its queue; undefined if it has everything. */
  next(client: SessionClient): MessagePacket | undefined {
    const session = this.#sessions.get(client.id);
    while (session?.client === client) {
      const queued = session.next();
      if (!queued) return undefined;
      if (!hasExpired(queued, this.#expiry)) {
        return outgoingPacket(session, queued, this.#queues.messages, this.#expiry);
      }
      this.#queues.remove(session, queued);
    }
    return undefined;
  }
}
