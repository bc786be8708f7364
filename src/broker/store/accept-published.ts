import type { Kept } from './kept.ts';
import type { SessionClient } from './session.ts';
import type { SessionOwner } from './sessions.ts';
import type { MessagePacket } from './stored-packets.ts';
import { payerOfParty } from './stored-session.ts';

/** A message as published by a client. */
export type PublishedPacket = MessagePacket & { payload: Buffer | string };

/**
 * Keeps a message that a client may publish, before Aedes acknowledges it: as the retained message,
 * and in the queues of sessions. Resolves when a power cut can't lose it any more; undefined if
 * there is nothing to keep.
 * @throws if the client has too many open QoS 2 messages
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

/** The approximate overhead of a separate buffer, bytes. */
const bufferBytes = 200;

/**
 * The payload as a separate object, so that it is distinguishable even from another empty one. It
 * is a slice of what the client sent at once, up to 64 kB: if that is much larger, it is copied, so
 * that a few bytes do not keep the rest in memory for as long as they wait or are retained.
 */
function ownBytes(payload: Buffer): Buffer {
  const { buffer, byteOffset, length } = payload;
  if (buffer.byteLength < 2 * length + bufferBytes) return Buffer.from(buffer, byteOffset, length);
  const copy = Buffer.allocUnsafeSlow(length);
  payload.copy(copy);
  return copy;
}
