import type { Part } from '../appliance/part.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { StatePublisher } from '../publications/state-publisher.ts';
import type { Namespace } from '../storage/namespace.ts';
import { type DiscoveryOptions, discoveryPayload } from './discovery.ts';

export interface HomeAssistantOptions {
  /** When false, the device published before is removed. */
  readonly enable: boolean;
  readonly discoveryPrefix: string;
  readonly device: Omit<DiscoveryOptions, 'id' | 'topicPrefix'>;
  readonly identity: () => Promise<string>;
  readonly statePublisher: Pick<StatePublisher, 'publishFor' | 'repeat'>;
  /** Stores the topics under which it was published. */
  readonly namespace: Pick<Namespace, 'entries' | 'put'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * After Home Assistant has started (ms): it is sent the device soon, and the states a second time,
 * for it listens to a device's topics only once it knows it.
 */
const firstRepeatMs = 1000;
const secondRepeatMs = 10_000;
/** Anybody may say that Home Assistant has started, as often as they like: the pause between repeats, ms. */
const leastPauseMs = 5000;

/** Lets Home Assistant find the appliance by MQTT discovery. */
export class HomeAssistant implements Part {
  readonly name = 'home assistant';
  readonly #options: HomeAssistantOptions;
  #repeatedAtMs = Number.NEGATIVE_INFINITY;
  /** Until when repeats are wanted. */
  #wantedUntilMs = Number.NEGATIVE_INFINITY;
  #nextAtMs = Number.POSITIVE_INFINITY;
  #cancelNext: (() => void) | undefined;

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
  }

  /** Where Home Assistant says that it has started (its "birth message"). */
  get birthTopic(): string {
    return `${this.#options.discoveryPrefix}/status`;
  }

  /** Publishes the device, or removes one published before. */
  async start(): Promise<void> {
    const { enable, discoveryPrefix, device, identity, statePublisher } = this.#options;
    const id = await identity();
    const topic = `${discoveryPrefix}/device/blinky_${id}/config`;
    for (const old of await this.#publishedBefore()) {
      if (!enable || old !== topic) {
        statePublisher.publishFor(old, () => ({ topic: old, payload: '', retain: true }));
      }
    }
    if (!enable) return;
    await this.#remember(topic);
    statePublisher.publishFor(topic, (topicPrefix) => ({
      topic,
      payload: JSON.stringify(discoveryPayload({ ...device, id, topicPrefix })),
      retain: true,
    }));
    this.#repeatSoon();
  }

  /** Called with every message on the birth topic. */
  heardBirth(payload: string): void {
    if (this.#options.enable && payload === 'online') this.#repeatSoon();
  }

  stop(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#nextAtMs = Number.POSITIVE_INFINITY;
  }

  /** Limits how often it is repeated, however often it is requested; a later request doesn't delay it. */
  #repeatSoon(): void {
    const now = this.#options.clock.monotonicMs();
    this.#wantedUntilMs = now + secondRepeatMs;
    this.#repeatAt(Math.max(now + firstRepeatMs, this.#repeatedAtMs + leastPauseMs));
  }

  #repeatAt(atMs: number): void {
    if (atMs >= this.#nextAtMs) return;
    const { clock, statePublisher } = this.#options;
    this.#cancelNext?.();
    this.#nextAtMs = atMs;
    this.#cancelNext = clock.schedule(atMs - clock.monotonicMs(), () => {
      this.stop();
      // Timers may fire slightly early.
      this.#repeatedAtMs = Math.max(atMs, clock.monotonicMs());
      statePublisher.repeat();
      if (this.#repeatedAtMs >= this.#wantedUntilMs) return;
      this.#repeatAt(Math.max(this.#wantedUntilMs, this.#repeatedAtMs + leastPauseMs));
    });
  }

  async #publishedBefore(): Promise<string[]> {
    try {
      return ((await this.#options.namespace.entries()) ?? []).map(([topic]) => topic);
    } catch (error) {
      this.#options.log.warn(`could not read which device was published before: ${String(error)}`);
      return [];
    }
  }

  async #remember(topic: string): Promise<void> {
    try {
      await this.#options.namespace.put(topic, '');
    } catch (error) {
      this.#options.log.warn(`could not save that the device was published: ${String(error)}`);
    }
  }
}
