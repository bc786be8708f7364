import type { Messages } from './messages.ts';
import type { QueuedMessage } from './session.ts';
import type { MessagePacket } from './stored-packets.ts';

/** A message out of a queue, in the form in which Aedes sends it. */
export function outgoingPacket(queued: QueuedMessage, messages: Messages): MessagePacket {
  const { message, qos, retain, messageId, released } = queued;
  // The client has it; what is missing is the end of the handshake.
  if (released) return { cmd: 'pubrel', messageId } as MessagePacket;
  const { topic, payload, properties, messageExpiry } = message.packet;
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
    ...(properties && { properties }),
    ...(messageExpiry !== undefined && { messageExpiry }),
  };
}
