import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { Announcer } from '../publications/announcer.ts';
import { type PublicationSettings, publicationsOf } from '../publications/event-publications.ts';
import type { Outlet, Publication } from '../publications/publication.ts';
import { ownTopics } from '../publications/topics.ts';

export interface BrokerSinkOptions {
  readonly mqtt: PublicationSettings;
  /** Tells how things are. */
  readonly announcer: Pick<Announcer, 'attach'>;
  readonly broker: {
    start(): Promise<void>;
    isWanted(topic: string): boolean;
    publish(publication: Publication): void;
    flush(): void;
    stop(): Promise<void>;
  };
  /** Through which clients come to the broker; stopped before it and started after it. */
  readonly listeners: readonly {
    start(): Promise<void>;
    stop(): Promise<void>;
  }[];
}

/** Publishes everything on the broker inside the appliance. */
export class BrokerSink implements Sink, Outlet {
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
    this.#options.announcer.attach(this);
    for (const listener of this.#options.listeners) await listener.start();
  }

  accept(event: UserEvent): void {
    const { mqtt } = this.#options;
    for (const publication of publicationsOf(event, mqtt, this.#isWanted)) {
      this.publish(publication);
    }
  }

  /** Subscribers need not wait for what the other sinks make of the event. */
  flush(): void {
    this.#options.broker.flush();
  }

  publish(publication: Publication): void {
    this.#options.broker.publish(publication);
  }

  async stop(): Promise<void> {
    this.publish({ topic: ownTopics.status, payload: 'offline', retain: true });
    const closed = this.#options.listeners.map((listener) => listener.stop());
    await this.#options.broker.stop();
    await Promise.all(closed);
  }
}
