import type { UserEvent } from '../../events/user-event.ts';
import type { Clock } from '../../platform/clock.ts';
import { excerpt } from '../../platform/excerpt.ts';
import type { Log } from '../../platform/log.ts';
import { type PublicationSettings, publicationsOf } from '../../publications/event-publications.ts';
import { type Publication, withTopicPrefix } from '../../publications/publication.ts';
import type { OutboxEntry } from '../../storage/outbox/outbox.ts';
import { failureOf } from '../link/connection-failure.ts';
import { isTemporary, PublicationRefused } from '../link/publisher.ts';
import { reasonCode } from '../link/reason-codes.ts';
import type { RemoteConnection } from '../link/remote-connection.ts';
import { CutTopics } from './cut-topics.ts';

/** Maximum number of events in flight; a broken connection repeats at most these. */
const eventsUnderWay = 50;

export interface UpstreamDeliveryOptions {
  /** The queue of waiting events. */
  readonly outbox: {
    oldest(limit: number): Promise<readonly OutboxEntry<UserEvent>[]>;
    remove(entries: readonly OutboxEntry<UserEvent>[]): Promise<void>;
  };
  /** The current state: lights, users. */
  readonly latest: { take(): readonly Publication[] };
  readonly mqtt: PublicationSettings;
  readonly topicPrefix: string;
  /** Called with each message that the broker rejects while it keeps the connection. */
  readonly onRefused: (refusal: PublicationRefused) => void;
  /** Called with each topic that is skipped because the broker closes the connection at it. */
  readonly onLeftOut: (topic: string) => void;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Log;
}

/**
 * Sends events from the outbox to the other broker while connected: in order, each removed from the
 * outbox once the broker has acknowledged it. If the connection breaks, what was in flight is sent
 * again.
 */
export class UpstreamDelivery {
  /** Events that the broker has acknowledged. */
  sent = 0;
  readonly #options: UpstreamDeliveryOptions;
  readonly #cutTopics = new CutTopics();
  /** The topic of the message in flight, while messages are sent one by one. */
  #underWay: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #connection: RemoteConnection | undefined;
  #stopping = false;
  #woken = false;
  #endWait: (() => void) | undefined;

  constructor(options: UpstreamDeliveryOptions) {
    this.#options = options;
  }

  /** Delivers over this connection until it ends. */
  start(connection: RemoteConnection): void {
    this.#connection = connection;
    void connection.closed.then(() => {
      if (this.#connection === connection) this.#connection = undefined;
      this.wake();
    });
    // One after the other: the outbox gives its oldest entries to one reader only.
    this.#running = this.#running.then(() => this.#deliver(connection));
  }

  /** Called when there may be something to deliver. */
  wake(): void {
    this.#woken = true;
    this.#endWait?.();
  }

  /** Resolves when what is in flight has arrived, or its connection has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
  }

  async #deliver(connection: RemoteConnection): Promise<void> {
    while (!this.#stopping && this.#connection === connection) {
      this.#woken = false;
      try {
        if (await this.#deliverSome(connection)) continue;
      } catch (error) {
        // Usually the connection has ended, and its link reports that. What was in flight is in the
        // outbox.
        this.#noteCut(error);
        connection.destroy(error instanceof Error ? error : undefined);
        return;
      }
      await this.#untilWoken();
    }
  }

  #noteCut(error: unknown): void {
    const topic = this.#underWay;
    this.#underWay = undefined;
    if (failureOf(error, true) !== 'ended') return;
    const isLeftOut = this.#cutTopics.cut(topic, this.#options.clock.monotonicMs());
    if (isLeftOut && topic !== undefined) this.#options.onLeftOut(topic);
  }

  /** Returns whether there was anything to deliver. */
  async #deliverSome(connection: RemoteConnection): Promise<boolean> {
    const { outbox, latest, log } = this.#options;
    const states = this.#wanted(latest.take());
    const entries = await outbox.oldest(eventsUnderWay);
    if (this.#cutTopics.isCautious) await this.#sendOneByOne(connection, states, entries);
    else {
      await Promise.all([
        ...states.map((state) => this.#send(connection, state)),
        ...entries.map(({ item }) => this.#sendEvent(connection, item)),
      ]);
    }
    this.sent += entries.length;
    if (log.debug) {
      for (const { item } of entries) log.debug(`${item.id} sent to ${connection.peer.host}`);
    }
    await outbox.remove(entries);
    if (states.length + entries.length === 0) return false;
    this.#cutTopics.delivered();
    return true;
  }

  async #sendOneByOne(
    connection: RemoteConnection,
    states: readonly Publication[],
    entries: readonly OutboxEntry<UserEvent>[],
  ): Promise<void> {
    for (const state of states) {
      this.#underWay = state.topic;
      await this.#send(connection, state);
    }
    for (const { item } of entries) {
      const refusals = [];
      for (const publication of this.#publicationsOf(item)) {
        this.#underWay = publication.topic;
        refusals.push(await this.#send(connection, publication));
      }
      throwIfNoneTaken(refusals);
    }
    this.#underWay = undefined;
  }

  /** Sends an event in each of its forms. Rejects if the broker rejects all of them. */
  async #sendEvent(connection: RemoteConnection, event: UserEvent): Promise<void> {
    const publications = this.#publicationsOf(event);
    throwIfNoneTaken(await Promise.all(publications.map((one) => this.#send(connection, one))));
  }

  #publicationsOf(event: UserEvent): readonly Publication[] {
    const { mqtt, topicPrefix } = this.#options;
    const all = publicationsOf(event, mqtt).map((one) => withTopicPrefix(topicPrefix, one));
    const wanted = this.#wanted(all);
    // An event rejected in every form is kept: the broker may accept it some day.
    return wanted.length > 0 ? wanted : all;
  }

  #wanted(publications: readonly Publication[]): readonly Publication[] {
    const nowMs = this.#options.clock.monotonicMs();
    return publications.filter(({ topic }) => !this.#cutTopics.isLeftOut(topic, nowMs));
  }

  /** Resolves with the refusal if the broker rejects the message. */
  async #send(
    connection: RemoteConnection,
    publication: Publication,
  ): Promise<PublicationRefused | undefined> {
    const { topic, payload } = publication;
    this.#options.log.silly?.(`publishes on ${topic}: ${excerpt(payload)}`);
    try {
      await connection.publish(publication);
      return undefined;
    } catch (error) {
      if (!(error instanceof PublicationRefused) || isTemporary(error)) throw error;
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

/** A message too large for that broker stays too large; others may be accepted some day. */
function throwIfNoneTaken(refusals: readonly (PublicationRefused | undefined)[]): void {
  if (refusals.includes(undefined)) return;
  const refusal = refusals.find((one) => one?.code !== reasonCode.packetTooLarge);
  if (refusal) throw refusal;
}
