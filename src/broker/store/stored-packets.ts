/** MQTT 5 properties of a message (MQTT 5, section 3.3.2.3). */
export interface MessageProperties {
  readonly correlationData?: Buffer;
  readonly [name: string]: unknown;
}

/** A message as Aedes passes it on to be kept. */
export interface MessagePacket {
  readonly cmd?: string;
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: 0 | 1 | 2;
  readonly retain?: boolean;
  /** Whether it was sent before. */
  readonly dup?: boolean;
  readonly properties?: MessageProperties;
  /** When it expires: ms since 1970. */
  messageExpiry?: number;
  readonly messageId?: number | undefined;
  readonly brokerId?: string | undefined;
  readonly brokerCounter?: number;
}

/** The text form of a message on disk. */
export function encodeMessage(packet: MessagePacket): string {
  const { topic, payload, qos, retain, properties, messageExpiry } = packet;
  return JSON.stringify({
    topic,
    ...encodePayload(payload),
    ...(qos > 0 && { qos }),
    ...(retain && { retain }),
    ...(properties && { properties: encodeProperties(properties) }),
    ...(messageExpiry !== undefined && { messageExpiry }),
  });
}

interface EncodedMessage {
  topic: string;
  text?: string;
  base64?: string;
  qos?: 1 | 2;
  retain?: boolean;
  properties?: Record<string, unknown> & { correlationData?: string };
  messageExpiry?: number;
}

/** @throws if `text` was not written by `encodeMessage` */
export function decodeMessage(text: string): MessagePacket {
  const encoded = JSON.parse(text) as EncodedMessage;
  const { topic, qos = 0, retain = false, properties, messageExpiry } = encoded;
  if (typeof topic !== 'string') throw new TypeError('a message without a topic');
  return {
    cmd: 'publish',
    topic,
    payload:
      encoded.base64 === undefined
        ? Buffer.from(encoded.text ?? '')
        : Buffer.from(encoded.base64, 'base64'),
    qos,
    retain,
    ...(properties && { properties: decodeProperties(properties) }),
    ...(messageExpiry !== undefined && { messageExpiry }),
  };
}

/** Nearly every payload is text, which takes less room unencoded. */
function encodePayload(payload: Buffer | string): { text: string } | { base64: string } {
  if (typeof payload === 'string') return { text: payload };
  const text = payload.toString();
  return Buffer.from(text).equals(payload) ? { text } : { base64: payload.toString('base64') };
}

function encodeProperties({ correlationData, ...others }: MessageProperties) {
  return {
    ...others,
    ...(correlationData && { correlationData: correlationData.toString('base64') }),
  };
}

function decodeProperties({
  correlationData,
  ...others
}: NonNullable<EncodedMessage['properties']>): MessageProperties {
  return {
    ...others,
    ...(correlationData !== undefined && {
      correlationData: Buffer.from(correlationData, 'base64'),
    }),
  };
}
