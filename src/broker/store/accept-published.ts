import type { Kept } from './kept.ts';
import type { SessionClient } from './session.ts';
import type { SessionOwner } from './sessions.ts';
import type { MessagePacket } from './stored-packets.ts';
import { payerOfParty } from './stored-session.ts';

/** A message as a client publishes it. */
export type PublishedPacket = MessagePacket & { payload: Buffer | string };

/**
 * Keeps a message that a client may publish, before Aedes acknowledges it: what it is retained
 * for, and in the queues of sessions. Resolves when a power cut can't take it any more; undefined
 * when there is nothing to keep.
 * @throws when the client has too many QoS 2 messages open
 */
export function acceptPublished(
  kept: Kept,
  client: SessionClient,
  { party }: SessionOwner,
  packet: PublishedPacket,
) {
  const { qos, messageId, topic, payload, retain } = packet;
  const payer = payerOfParty(party);
  const isAnonymous = payer !== undefined;
  if (typeof payload === 'string' || (qos === 0 && !retain)) return undefined;
  packet.payload = ownBytes(payload);
  if (qos === 0) {
    kept.accepted.add(packet.payload, { message: undefined, isWritten: false, isAnonymous });
    return undefined;
  }
  kept.expiry.begin(packet);
  let isKept = false;
  if (qos === 2 && messageId !== undefined) {
    if (kept.incoming.isKnown(client.id, messageId)) return kept.journal.written();
    isKept = !client.clean;
    kept.incoming.accept(client.id, messageId, isKept, payer);
  }
  if (retain && kept.retained.accept(packet, isAnonymous)) isKept = true;
  const subscribed = kept.sessions
    .subscribedTo(topic)
    .filter(({ clientId, nl }) => !(nl && clientId === client.id));
  const message =
    subscribed.length > 0
      ? kept.queues.enqueue(kept.sessions.recipients(subscribed), packet, 'promised')
      : undefined;
  if (message) isKept = true;
  kept.accepted.add(packet.payload, { message, isWritten: true, isAnonymous });
  return isKept ? kept.journal.written() : undefined;
}

/** What a buffer of its own takes besides its bytes, about, bytes. */
const bufferBytes = 200;

/**
 * The payload as an object of its own, so that it is told apart even from another that is empty. It
 * is a part of what came from the client at once, up to 64 kB: where that is much more, it is copied,
 * so that a few bytes do not keep the rest in memory for as long as they wait or are retained.
 */
function ownBytes(payload: Buffer): Buffer {
  const { buffer, byteOffset, length } = payload;
  if (buffer.byteLength < 2 * length + bufferBytes) return Buffer.from(buffer, byteOffset, length);
  const copy = Buffer.allocUnsafeSlow(length);
  payload.copy(copy);
  return copy;
}
