import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { Log } from '../platform/log.ts';
import { type PublicationSettings, publicationsOf } from '../publications/event-publications.ts';
import type { Publication, Publisher } from '../publications/publication.ts';
import type { StatePublisher } from '../publications/state-publisher.ts';
import { ownTopics } from '../publications/topics.ts';

export interface BrokerSinkOptions {
  readonly mqtt: PublicationSettings;
  /** Publishes the appliance's state. */
  readonly statePublisher: Pick<StatePublisher, 'attach'>;
  readonly broker: {
    start(): Promise<void>;
    isWanted(topic: string): boolean;
    countListeners(topic: string): number;
    publish(publication: Publication): void;
    flush(): void;
    stop(): Promise<void>;
  };
  /** The ways for clients to reach the broker; stopped before it and started after it. */
  readonly listeners: readonly {
    start(): Promise<void>;
    stop(): Promise<void>;
  }[];
  readonly log: Log;
}

/** Publishes everything on the appliance's broker. */
export class BrokerSink implements Sink, Publisher {
  readonly name = 'broker';
  readonly topicPrefix = '';
  readonly #options: BrokerSinkOptions;
  readonly #isWanted = (topic: string) => this.#options.broker.isWanted(topic);

  constructor(options: BrokerSinkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#options.broker.start();
    this.publish({ topic: ownTopics.status, payload: 'online', retain: true });
    this.#options.statePublisher.attach(this);
    for (const listener of this.#options.listeners) await listener.start();
  }

  accept(event: UserEvent): void {
    const { mqtt, log } = this.#options;
    const publications = publicationsOf(event, mqtt, this.#isWanted);
    for (const publication of publications) this.publish(publication);
    log.debug?.(`${event.id} published ${this.#places(publications)}`);
  }

  /** Subscribers need not wait until the other sinks have handled the event. */
  flush(): void {
    this.#options.broker.flush();
  }

  publish(publication: Publication): void {
    this.#options.broker.publish(publication);
  }

  /** Where it was published, and to how many subscribers. */
  #places(publications: readonly Publication[]): string {
    if (publications.length === 0) return 'nowhere: no subscribers';
    const { broker } = this.#options;
    const places = publications.map(({ topic }) => `${topic} (to ${broker.countListeners(topic)})`);
    return `on ${places.join(', ')}`;
  }

  async stop(): Promise<void> {
    this.publish({ topic: ownTopics.status, payload: 'offline', retain: true });
    const closed = this.#options.listeners.map((listener) => listener.stop());
    await this.#options.broker.stop();
    await Promise.all(closed);
  }
}
