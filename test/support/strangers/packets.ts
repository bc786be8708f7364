import mqttPacket from 'mqtt-packet';

/** The first four bits of a packet (MQTT 3.1.1, section 2.2.1). */
export const types = {
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  suback: 9,
  unsuback: 11,
  pingresp: 13,
} as const;

export interface ConnectContent {
  readonly clientId: string;
  readonly clean?: boolean;
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
}

export function connectPacket({ clientId, clean = true, userName, password }: ConnectContent) {
  return mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId,
    clean,
    keepalive: 0,
    ...(userName !== undefined && { username: userName }),
    ...(password !== undefined && { password: Buffer.from(password) }),
  });
}

export function subscribePacket(filters: readonly string[], qos: 0 | 1 | 2): Buffer {
  return mqttPacket.generate({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: filters.map((topic) => ({ topic, qos })),
  });
}

export function unsubscribePacket(filters: readonly string[]): Buffer {
  return mqttPacket.generate({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [...filters] });
}

export function publishPacket(topic: string, payload: Buffer, qos: 0 | 1 | 2, messageId = 1) {
  return mqttPacket.generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    retain: false,
    dup: false,
    ...(qos > 0 && { messageId }),
  });
}

/** A PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 3.1.1, section 3.4 and what follows). */
export function acknowledgement(
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  messageId: number,
): Buffer {
  const flags = type === 'pubrel' ? 2 : 0;
  return Buffer.from([(types[type] << 4) | flags, 2, messageId >> 8, messageId & 255]);
}

export const pingPacket = Buffer.from([0xc0, 0]);
export const disconnectPacket = Buffer.from([0xe0, 0]);

/** A packet as it was received: its first byte, and what follows its length. */
export type OnPacket = (first: number, body: Buffer) => void;

/** Cuts what the broker sends into packets, and reads no more of them than that. */
export class PacketCutter {
  readonly #onPacket: OnPacket;
  #rest = Buffer.alloc(0);

  constructor(onPacket: OnPacket) {
    this.#onPacket = onPacket;
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      let size = 0;
      let header = 1;
      let isWhole = false;
      for (; header <= 4 && at + header < bytes.length; header += 1) {
        const byte = bytes.readUInt8(at + header);
        size += (byte & 127) * 128 ** (header - 1);
        if (byte < 128) {
          isWhole = at + header + 1 + size <= bytes.length;
          break;
        }
      }
      if (!isWhole) break;
      const start = at + header + 1;
      this.#onPacket(bytes.readUInt8(at), bytes.subarray(start, start + size));
      at = start + size;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
  }
}

/** The identifier of a PUBLISH of QoS 1 or 2. */
export function publishId(body: Buffer): number {
  return body.readUInt16BE(2 + body.readUInt16BE(0));
}

/** What a PUBLISH carries. */
export function publishPayload(first: number, body: Buffer): Buffer {
  const hasId = (first & 6) !== 0;
  return body.subarray(2 + body.readUInt16BE(0) + (hasId ? 2 : 0));
}
