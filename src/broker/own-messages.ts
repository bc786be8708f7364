import { excerpt } from '../platform/excerpt.ts';
import type { Log } from '../platform/log.ts';
import type { Publication } from '../publications/publication.ts';
import type { BrokerStore } from './store/broker-store.ts';
import type { MessagePacket } from './store/stored-packets.ts';
import { TopicCheck, type TopicLimits } from './topics/topic-rules.ts';

/** A message on its way to subscribers. */
export interface RoutedMessage extends MessagePacket {
  readonly cmd: 'publish';
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly brokerId: string;
  readonly brokerCounter: number;
}

/** The connected clients that have subscribed. */
export interface Subscribers {
  /** Whether anyone would get a message on this topic. */
  hasListener(topic: string): boolean;
  emit(message: RoutedMessage): void;
}

export interface OwnMessagesOptions {
  readonly limits: TopicLimits;
  readonly store: Pick<BrokerStore, 'hasSessions' | 'keep' | 'addOwnTopic'>;
  readonly subscribers: Subscribers;
  /** The name under which the broker numbers its messages. */
  readonly brokerId: string;
  readonly log: Log;
}

/**
 * Publishes the appliance's own messages. They take the same way as every message: they are kept
 * for clients that want them later, then passed to connected clients. (Messages from clients are
 * kept when permission to publish is checked, so that their acknowledgement is true;
 * `aedes/aedes-hooks.ts`.)
 */
export class OwnMessages {
  readonly #options: OwnMessagesOptions;
  readonly #topics: TopicCheck;
  /** Numbers below those that clients' messages get. */
  #lastNumber = 0;

  constructor(options: OwnMessagesOptions) {
    this.#options = options;
    this.#topics = new TopicCheck(options.limits);
  }

  /** Whether anyone would get a message on this topic, now or when their session resumes. */
  isWanted(topic: string): boolean {
    const { store, subscribers } = this.#options;
    return store.hasSessions || subscribers.hasListener(topic);
  }

  /** Publishes to every subscriber. A message that no client could accept is dropped and logged. */
  publish({ topic, payload, retain = false }: Publication): void {
    const { store, log } = this.#options;
    if (!this.#topics.isTopic(topic)) {
      log.warn(`not published: ${JSON.stringify(topic)} is an invalid topic`);
      return;
    }
    log.silly?.(`publishes on ${topic}: ${excerpt(payload)}`);
    if (retain) store.addOwnTopic(topic);
    // Retained messages are sent again with the next subscription; others are kept for QoS 1
    // sessions.
    this.#send(this.#message(topic, payload, retain ? 0 : 1, retain));
  }

  /** Publishes something that is only useful at this moment. */
  publishNow(topic: string, payload: string): void {
    this.#send(this.#message(topic, payload, 0, false));
  }

  /** Publishes the will of a client that is gone. */
  publishWill({ topic, payload, qos, retain = false, properties }: MessagePacket): void {
    const message = this.#message(topic, payload, qos, retain);
    this.#send(properties ? { ...message, properties } : message);
  }

  #message(
    topic: string,
    payload: string | Buffer,
    qos: 0 | 1 | 2,
    retain: boolean,
  ): RoutedMessage {
    this.#lastNumber -= 1;
    // Listed one by one: a spread here costs as much as all other processing of an event.
    return {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup: false,
      brokerId: this.#options.brokerId,
      brokerCounter: this.#lastNumber,
    };
  }

  #send(message: RoutedMessage): void {
    const { store, subscribers } = this.#options;
    store.keep(message);
    subscribers.emit(message);
  }
}
