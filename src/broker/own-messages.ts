import type { Aedes } from 'aedes';
import { excerpt } from '../platform/excerpt.ts';
import type { Log } from '../platform/log.ts';
import type { Publication } from '../publications/publication.ts';
import { brokerId } from './aedes/aedes-hooks.ts';
import type { TopicEmitter } from './aedes/topic-emitter.ts';
import type { Packet } from './clients/deliveries.ts';
import type { BrokerStore } from './store/broker-store.ts';
import { TopicCheck, type TopicLimits } from './topics/topic-rules.ts';

export interface OwnMessagesOptions {
  readonly limits: TopicLimits;
  readonly store: BrokerStore | undefined;
  readonly emitter: TopicEmitter<Packet>;
  readonly log: Log;
}

/** What the appliance itself publishes: through Aedes what is to be kept, the rest straight to subscribers. */
export class OwnMessages {
  /** Set as soon as there is one. */
  aedes: Aedes | undefined;
  /** Whether a client has come that wants its session kept. */
  hasSessions = false;
  readonly #options: OwnMessagesOptions;
  readonly #topics: TopicCheck;
  #published = 0;

  constructor(options: OwnMessagesOptions) {
    this.#options = options;
    this.#topics = new TopicCheck(options.limits);
  }

  /** Whether anybody would get a message on this topic, now or when their session goes on. */
  isWanted(topic: string): boolean {
    return this.#mayHaveSessions || this.#options.emitter.hasListener(topic);
  }

  /** Publishes to every subscriber. A message no client could take is dropped and logged. */
  publish({ topic, payload, retain = false }: Publication): void {
    const { store, log } = this.#options;
    if (!this.#topics.isTopic(topic)) {
      log.warn(`not published: ${JSON.stringify(topic)} is no valid topic`);
      return;
    }
    log.silly?.(`publishes on ${topic}: ${excerpt(payload)}`);
    const bytes = Buffer.from(payload);
    // What is retained comes again with the next subscription; the rest is kept for QoS 1 sessions.
    const qos = retain ? 0 : 1;
    if (retain) store?.addOwnTopic(topic);
    if (retain || this.#mayHaveSessions) {
      const packet = { cmd: 'publish', topic, payload: bytes, qos, retain, dup: false } as const;
      this.aedes?.publish(packet, () => {});
      return;
    }
    this.emit(topic, bytes, qos);
  }

  /** What is not to be stored goes straight to subscribers, under a number that Aedes never gives. */
  emit(topic: string, payload: Buffer, qos: 0 | 1): void {
    this.#published -= 1;
    // Spelt out: a spread here costs as much as all the rest of an event's way.
    this.#options.emitter.emit({
      cmd: 'publish',
      topic,
      payload,
      qos,
      retain: false,
      dup: false,
      brokerId,
      brokerCounter: this.#published,
    });
  }

  /** Whether there may be sessions that want messages while their client is away. */
  get #mayHaveSessions(): boolean {
    return this.hasSessions || (this.#options.store?.hasSessions ?? false);
  }
}
