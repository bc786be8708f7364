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

/** Which messages a client with a session gets now, directly or out of its queue: in order, each once. */
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
   * Whether Aedes may hand this packet to the client now. What waits in its queue comes out of the
   * queue while it catches up, so that nothing overtakes and nothing comes twice.
   */
  mayForward(client: SessionClient, packet: MessagePacket): boolean {
    // With an identifier it comes out of the queue.
    if (packet.qos === 0 || packet.messageId !== undefined) return true;
    const session = this.#sessions.get(client.id);
    const queued = session && this.#queues.queuedFor(session, packet);
    if (!queued) return true;
    if (session.client !== client || queued.messageId !== undefined) return false;
    return session.isUnderWay(queued);
  }

  /**
   * Whether a message goes to its client now. What waits in the client's queue stays there while the
   * client has too much that it has not acknowledged; it gets it then (`next`).
   */
  goesNow(client: SessionClient, packet: MessagePacket, hasRoom: boolean): boolean {
    const session = this.#sessions.get(client.id);
    // A retained message that a new subscription gets is in no queue; Aedes takes its broker’s id away.
    if (!session || !packet.brokerId) return true;
    // Aedes restores the subscriptions of a client before it says that the client has connected. What
    // comes in between is on its way into the queue, and must not overtake what waits there.
    if (session.client !== client) return false;
    const queued = this.#queues.queuedFor(session, packet);
    // It waits in the queue from when it is accepted. A client that takes what waits can have it, and
    // even acknowledge it, before it is handed out here.
    if (!queued || queued.messageId !== undefined) return false;
    return session.goesNow(queued, hasRoom);
  }

  /** What a client gets next out of its queue; undefined when it has it all. */
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
