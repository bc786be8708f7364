import type { Colour } from '../../hardware/lamp.ts';
import type { ActiveUsers } from '../active-users/active-users.ts';
import { userNamesPayload, usersWithDirectoryPayload } from './active-user-payloads.ts';
import type { PublicationSettings } from './event-publications.ts';
import { type Publication, type Publisher, withTopicPrefix } from './publication.ts';
import { ownTopics } from './topics.ts';

/** The most hosts whose counts are published: names come from the network, so they need a limit. */
const mostHosts = 200;

/** Builds a publication for a publisher whose topics start with `topicPrefix`. */
type ForPublisher = (topicPrefix: string) => Publication;

/**
 * Publishes state, as opposed to events: lights, active users, whether events can be received. Keeps
 * the latest of each, for publishers attached later.
 */
export class StatePublisher {
  readonly #settings: PublicationSettings;
  readonly #publishers: Publisher[] = [];
  readonly #last = new Map<string, ForPublisher>();
  readonly #hosts = new Set<string>();

  constructor(settings: PublicationSettings) {
    this.#settings = settings;
  }

  /** Sends a publisher the current state, and every change from now on. */
  attach(publisher: Publisher): void {
    this.#publishers.push(publisher);
    for (const build of this.#last.values()) publisher.publish(build(publisher.topicPrefix));
  }

  /** Publishes the current state again, for a subscriber that has restarted. */
  repeat(): void {
    for (const build of this.#last.values()) this.#publish(build);
  }

  light(colour: Colour, lit: boolean): void {
    this.#publishState({
      topic: ownTopics.light(colour),
      payload: lit ? 'ON' : 'OFF',
      retain: true,
    });
  }

  activeUsers(users: ActiveUsers): void {
    const { enable, activeUserCountTopic, activeUsersTopic, activeUsersWithDirectoryTopic } =
      this.#settings;
    if (!enable) return;
    const retained = (topic: string, payload: string) =>
      this.#publishState({ topic, payload, retain: true });
    retained(activeUserCountTopic, String(users.count));
    retained(activeUsersTopic, userNamesPayload(users));
    retained(activeUsersWithDirectoryTopic, usersWithDirectoryPayload(users));

    const counts = users.countByHost();
    for (const host of counts.keys()) {
      if (this.#hosts.size < mostHosts) this.#hosts.add(host);
    }
    for (const host of this.#hosts) {
      retained(ownTopics.activePerServer(host), String(counts.get(host) ?? 0));
    }
  }

  /**
   * Publishes whether the UDP server listens (`start`) or can't (`error`), as Butler does; and the same
   * retained, for later subscribers.
   */
  udpServer(state: 'start' | 'error'): void {
    const { enable, sessionServerStatusTopic } = this.#settings;
    const payload = state === 'start' ? 'ON' : 'OFF';
    this.#publishState({ topic: ownTopics.receiving, payload, retain: true });
    if (enable) this.#publishState({ topic: sessionServerStatusTopic, payload: state });
  }

  /**
   * Publishes what differs between publishers.
   * @param key the publication replaces the last one with the same key
   */
  publishFor(key: string, build: ForPublisher): void {
    this.#last.set(key, build);
    this.#publish(build);
  }

  #publishState(publication: Publication): void {
    this.publishFor(publication.topic, (prefix) => withTopicPrefix(prefix, publication));
  }

  #publish(build: ForPublisher): void {
    for (const publisher of this.#publishers) publisher.publish(build(publisher.topicPrefix));
  }
}
