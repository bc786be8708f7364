import type { Colour } from '../../../hardware/lamp.ts';
import type { ActiveUsers } from '../../active-users/active-users.ts';
import type { UserEvent } from '../../events/user-event.ts';
import type { Sink } from '../../fan-out/sink.ts';
import type { Publication } from './broker.ts';
import { butlerSosJson, butlerText } from './payloads.ts';
import { ownTopics, type TopicSettings, topicOf } from './topics.ts';

export interface BrokerSinkOptions {
  /** `Butler.mqttConfig`; when it is not enabled, only the appliance's own topics go out. */
  readonly mqtt: TopicSettings & { readonly enable: boolean; readonly payload: 'text' | 'json' };
  readonly broker: {
    start(): Promise<void>;
    publish(publication: Publication): void;
    stop(): Promise<void>;
  };
  /** Through which clients come to the broker; stopped before it and started after it. */
  readonly listeners: readonly {
    start(): Promise<void>;
    stop(): Promise<void>;
  }[];
}

/** Hosts whose counts are published; their names come from the network, so there is an end. */
const mostHosts = 200;

/** Publishes events, lights and active users on the broker. */
export class BrokerSink implements Sink {
  readonly name = 'broker';
  readonly #options: BrokerSinkOptions;
  readonly #hosts = new Set<string>();
  /** The last of what is retained, by topic: published again when the broker is up. */
  readonly #retained = new Map<string, string>();

  constructor(options: BrokerSinkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#options.broker.start();
    this.#retained.set(ownTopics.status, 'online');
    for (const [topic, payload] of this.#retained) this.#publish(topic, payload, true);
    for (const listener of this.#options.listeners) await listener.start();
  }

  accept(event: UserEvent): void {
    const { mqtt } = this.#options;
    if (mqtt.enable) {
      const json = butlerSosJson(event);
      const payload = mqtt.payload === 'json' ? json : butlerText(event);
      this.#publish(topicOf(event.kind, mqtt), payload);
      this.#publish(mqtt.everythingTopic, json);
    }
    this.#publish(ownTopics.event, JSON.stringify(event));
  }

  publishLight(colour: Colour, lit: boolean): void {
    this.#publish(ownTopics.light(colour), lit ? 'ON' : 'OFF', true);
  }

  publishActiveUsers(users: ActiveUsers): void {
    const { mqtt } = this.#options;
    if (!mqtt.enable) return;
    const names = users.userNames();
    this.#publish(mqtt.activeUserCountTopic, String(names.length), true);
    this.#publish(mqtt.activeUsersTopic, JSON.stringify(names), true);

    const counts = users.countByHost();
    for (const host of counts.keys()) {
      if (this.#hosts.size < mostHosts) this.#hosts.add(host);
    }
    for (const host of this.#hosts) {
      this.#publish(ownTopics.activePerServer(host), String(counts.get(host) ?? 0), true);
    }
  }

  /** Whether the UDP server listens (`start`) or can't (`error`), as Butler tells it. */
  publishUdpServerState(state: 'start' | 'error'): void {
    const { mqtt } = this.#options;
    if (mqtt.enable) this.#publish(mqtt.sessionServerStatusTopic, state);
  }

  async stop(): Promise<void> {
    this.#publish(ownTopics.status, 'offline', true);
    const closed = this.#options.listeners.map((listener) => listener.stop());
    await this.#options.broker.stop();
    await Promise.all(closed);
  }

  #publish(topic: string, payload: string, retain = false): void {
    if (retain) this.#retained.set(topic, payload);
    this.#options.broker.publish({ topic, payload, retain });
  }
}
