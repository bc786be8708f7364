import { matchingIdentifiers } from '../topics/subscription-identifiers.ts';
import type { MessageExpiry } from './message-expiry.ts';
import type { Messages } from './messages.ts';
import type { QueuedMessage, Session } from './session.ts';
import type { MessagePacket, MessageProperties } from './stored-packets.ts';

/** Whether a message waited for too long: it has never been sent, and must not be any more. */
export function hasExpired(queued: QueuedMessage, expiry: MessageExpiry): boolean {
  const isSent = queued.messageId !== undefined || queued.released;
  return !isSent && expiry.isExpired(queued.message.packet);
}

/** A message from a session's queue, in the form in which Aedes sends it. */
export function outgoingPacket(
  session: Session,
  queued: QueuedMessage,
  messages: Messages,
  expiry: MessageExpiry,
): MessagePacket {
  const { message, qos, retain, messageId, released } = queued;
  // The client has it; only the end of the handshake is missing.
  if (released) return { cmd: 'pubrel', messageId } as MessagePacket;
  const { topic, payload } = message.packet;
  const properties = withIdentifiers(expiry.currentProperties(message.packet), session, topic);
  return {
    cmd: 'publish',
    topic,
    payload,
    qos,
    retain,
    // [MQTT-3.3.1-1]
    dup: messageId !== undefined,
    messageId,
    ...messages.originOf(message),
    // Without `messageExpiry`: Aedes would compare it with the time of day.
    ...(properties && { properties }),
  };
}

function withIdentifiers(
  properties: MessageProperties | undefined,
  { subscriptions }: Session,
  topic: string,
): MessageProperties | undefined {
  const subscriptionIdentifier = matchingIdentifiers(
    identifiersByFilter(subscriptions.entries()),
    topic,
  );
  return subscriptionIdentifier === undefined
    ? properties
    : { ...properties, subscriptionIdentifier };
}

function* identifiersByFilter(
  subscriptions: Iterable<[string, { readonly subscriptionIdentifier?: number }]>,
): Generator<[string, number | undefined]> {
  for (const [filter, { subscriptionIdentifier }] of subscriptions) {
    yield [filter, subscriptionIdentifier];
  }
}
