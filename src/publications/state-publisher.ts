import type { Colour } from '../../hardware/lamp.ts';
import type { ActiveUsers } from '../active-users/active-users.ts';
import { userNamesPayload, usersWithDirectoryPayload } from './active-user-payloads.ts';
import type { PublicationSettings } from './event-publications.ts';
import { type Outlet, type Publication, withTopicPrefix } from './publication.ts';
import { ownTopics } from './topics.ts';

/** Hosts whose counts are published; their names come from the network, so there is an end. */
const mostHosts = 200;

/** A publication as an outlet takes it whose topics begin with `topicPrefix`. */
type ForOutlet = (topicPrefix: string) => Publication;

/**
 * Publishes how things are, as opposed to what happens: lights, active users, whether events can
 * arrive. Keeps the last of each, for outlets that come later.
 */
export class StatePublisher {
  readonly #settings: PublicationSettings;
  readonly #outlets: Outlet[] = [];
  readonly #last = new Map<string, ForOutlet>();
  readonly #hosts = new Set<string>();

  constructor(settings: PublicationSettings) {
    this.#settings = settings;
  }

  /** Gives an outlet how things are now, and every change from here on. */
  attach(outlet: Outlet): void {
    this.#outlets.push(outlet);
    for (const build of this.#last.values()) outlet.publish(build(outlet.topicPrefix));
  }

  /** Publishes once more how things are, for a subscriber that has forgotten. */
  repeat(): void {
    for (const build of this.#last.values()) this.#publish(build);
  }

  light(colour: Colour, lit: boolean): void {
    this.#announce({ topic: ownTopics.light(colour), payload: lit ? 'ON' : 'OFF', retain: true });
  }

  activeUsers(users: ActiveUsers): void {
    const { enable, activeUserCountTopic, activeUsersTopic, activeUsersWithDirectoryTopic } =
      this.#settings;
    if (!enable) return;
    const retained = (topic: string, payload: string) =>
      this.#announce({ topic, payload, retain: true });
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
   * Whether the UDP server listens (`start`) or can't (`error`), as Butler tells it; and the same
   * retained, for who comes later.
   */
  udpServer(state: 'start' | 'error'): void {
    const { enable, sessionServerStatusTopic } = this.#settings;
    const payload = state === 'start' ? 'ON' : 'OFF';
    this.#announce({ topic: ownTopics.receiving, payload, retain: true });
    if (enable) this.#announce({ topic: sessionServerStatusTopic, payload: state });
  }

  /**
   * Announces what depends on where it is published.
   * @param key what it replaces when it is announced again
   */
  announceFor(key: string, build: ForOutlet): void {
    this.#last.set(key, build);
    this.#publish(build);
  }

  #announce(publication: Publication): void {
    this.announceFor(publication.topic, (prefix) => withTopicPrefix(prefix, publication));
  }

  #publish(build: ForOutlet): void {
    for (const outlet of this.#outlets) outlet.publish(build(outlet.topicPrefix));
  }
}
