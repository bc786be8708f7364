import type { IConnackPacket, MqttClient } from 'mqtt';
import type { Publication } from '../../publications/publication.ts';
import { reasonCode, reasonText } from './reason-codes.ts';

/** The limits of another broker, from its CONNACK (MQTT 5, section 3.2.2.3). */
export interface BrokerLimits {
  readonly retainAvailable: boolean;
  readonly maximumQos: 0 | 1;
  /** Messages that can wait for their acknowledgement. */
  readonly receiveMaximum: number;
  /** Bytes per packet. */
  readonly maximumPacketSize: number;
}

/** Brokers that use MQTT 3.1.1 announce no limits. */
export function brokerLimitsOf({ properties = {} }: IConnackPacket): BrokerLimits {
  return {
    retainAvailable: properties.retainAvailable ?? true,
    maximumQos: properties.maximumQoS === 0 ? 0 : 1,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
  };
}

/** The broker rejects this message, but keeps the connection. */
export class PublicationRefused extends Error {
  override readonly name = 'PublicationRefused';
  readonly topic: string;
  /** Why (MQTT 5, section 3.4.2.1). */
  readonly code: number;

  constructor(topic: string, code: number) {
    super(reasonText(code));
    this.topic = topic;
    this.code = code;
  }
}

const temporaryCodes: ReadonlySet<number> = new Set([
  reasonCode.busy,
  reasonCode.rateTooHigh,
  reasonCode.quotaExceeded,
]);

/** Whether the message is fine, but the broker accepts none at the moment. */
export const isTemporary = ({ code }: PublicationRefused): boolean => temporaryCodes.has(code);

/** More than the header of a PUBLISH packet needs, without its topic, bytes. */
const publishHeaderBytes = 12;

export interface PublisherOptions {
  readonly client: MqttClient;
  readonly limits: BrokerLimits;
  /** Whether messages are sent as retained. */
  readonly retain: boolean;
  /** Rejects with the reason if the connection ends before the work is done. */
  readonly unlessClosed: <Value>(work: Promise<Value>) => Promise<Value>;
}

export interface Publisher {
  publish(publication: Publication): Promise<void>;
  /** Retained messages that the broker has acknowledged. */
  readonly retainedTaken: number;
}

/** Sends messages within the broker's limits. */
export function createPublisher(options: PublisherOptions): Publisher {
  let retainedTaken = 0;
  const { client, limits, unlessClosed } = options;
  const inFlight = new InFlightLimit(limits.receiveMaximum);
  const send = async ({ topic, payload, retain = false }: Publication) => {
    try {
      const packet = { qos: limits.maximumQos, retain: retain && options.retain };
      await client.publishAsync(topic, payload, packet);
      if (packet.retain) retainedTaken += 1;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const isAnswer = client.connected && typeof code === 'number' && code >= 0x80;
      throw isAnswer ? new PublicationRefused(topic, code) : error;
    }
  };
  return {
    get retainedTaken() {
      return retainedTaken;
    },
    publish: async (publication) => {
      const { topic, payload } = publication;
      const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload) + publishHeaderBytes;
      if (bytes > limits.maximumPacketSize) {
        throw new PublicationRefused(topic, reasonCode.packetTooLarge);
      }
      await unlessClosed(inFlight.run(() => send(publication)));
    },
  };
}

/**
 * Limits how many operations are in progress at a time; the others wait for their turn, in order.
 */
export class InFlightLimit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#underWay >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#underWay += 1;
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this slot.
      if (next) next();
      else this.#underWay -= 1;
    }
  }
}
