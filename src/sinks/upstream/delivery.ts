import type { UserEvent } from '../../events/user-event.ts';
import type { Entry } from '../../outbox/outbox.ts';
import { type PublicationSettings, publicationsOf } from '../../publications/event-publications.ts';
import { type Publication, withTopicPrefix } from '../../publications/publication.ts';
import type { Connection } from '../../remote-broker/connection.ts';
import { PublicationRefused } from '../../remote-broker/publisher.ts';
import { reasonCode } from '../../remote-broker/reason-codes.ts';

/** So many events are under way at a time; a broken connection repeats at most these. */
const eventsUnderWay = 50;

export interface DeliveryOptions {
  /** The line of events waiting. */
  readonly outbox: {
    oldest(limit: number): Promise<readonly Entry<UserEvent>[]>;
    remove(entries: readonly Entry<UserEvent>[]): Promise<void>;
  };
  /** How things are. */
  readonly latest: { take(): readonly Publication[] };
  readonly mqtt: PublicationSettings;
  readonly topicPrefix: string;
  /** Called with each message that the broker does not take, while it keeps the connection. */
  readonly onRefused: (refusal: PublicationRefused) => void;
}

/** The broker says that a message is fine, and takes none now. */
const temporaryCodes: ReadonlySet<number> = new Set([
  reasonCode.rateTooHigh,
  reasonCode.quotaExceeded,
  reasonCode.busy,
]);

/**
 * Carries events from the outbox to the other broker while there is a connection: in order, each
 * removed from the outbox once the broker has acknowledged it. A connection that breaks in between
 * repeats what was under way.
 */
export class Delivery {
  /** Events that the broker has taken. */
  sent = 0;
  readonly #options: DeliveryOptions;
  #running: Promise<void> = Promise.resolve();
  #connection: Connection | undefined;
  #stopping = false;
  #woken = false;
  #endWait: (() => void) | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Delivers over this connection until it ends. */
  start(connection: Connection): void {
    this.#connection = connection;
    void connection.closed.then(() => {
      if (this.#connection === connection) this.#connection = undefined;
      this.wake();
    });
    // One after the other: the outbox gives what is oldest to one reader only.
    this.#running = this.#running.then(() => this.#deliver(connection));
  }

  /** There may be something to deliver. */
  wake(): void {
    this.#woken = true;
    this.#endWait?.();
  }

  /** Resolves when what is under way has arrived, or its connection has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
  }

  async #deliver(connection: Connection): Promise<void> {
    while (!this.#stopping && this.#connection === connection) {
      this.#woken = false;
      try {
        if (await this.#deliverSome(connection)) continue;
      } catch (error) {
        // Mostly the connection has ended, as its link says. What was under way is in the outbox.
        connection.destroy(error instanceof Error ? error : undefined);
        return;
      }
      await this.#untilWoken();
    }
  }

  /** Tells whether there was anything to deliver. */
  async #deliverSome(connection: Connection): Promise<boolean> {
    const { outbox, latest, mqtt, topicPrefix } = this.#options;
    const states = latest.take();
    const entries = await outbox.oldest(eventsUnderWay);
    await Promise.all([
      ...states.map((state) => this.#send(connection, state)),
      ...entries.map(({ item }) => this.#sendEvent(connection, item, mqtt, topicPrefix)),
    ]);
    this.sent += entries.length;
    await outbox.remove(entries);
    return states.length + entries.length > 0;
  }

  /** Sends an event in each of its forms. Rejects when the broker takes none of them. */
  async #sendEvent(
    connection: Connection,
    event: UserEvent,
    mqtt: PublicationSettings,
    topicPrefix: string,
  ): Promise<void> {
    const refusals = await Promise.all(
      publicationsOf(event, mqtt).map((publication) =>
        this.#send(connection, withTopicPrefix(topicPrefix, publication)),
      ),
    );
    if (refusals.includes(undefined)) return;
    // One that is too large for that broker stays too large; another may be taken some day.
    const refusal = refusals.find((one) => one?.code !== reasonCode.packetTooLarge);
    if (refusal) throw refusal;
  }

  /** Resolves with the refusal where the broker does not take the message. */
  async #send(
    connection: Connection,
    publication: Publication,
  ): Promise<PublicationRefused | undefined> {
    try {
      await connection.publish(publication);
      return undefined;
    } catch (error) {
      if (!(error instanceof PublicationRefused) || temporaryCodes.has(error.code)) throw error;
      this.#options.onRefused(error);
      return error;
    }
  }

  async #untilWoken(): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      this.#endWait = resolve;
    });
    this.#endWait = undefined;
  }
}
