import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Announcer } from '../publications/announcer.ts';
import type { StateRoom } from '../state/room.ts';
import { type DiscoveryOptions, discoveryPayload } from './discovery.ts';

export interface HomeAssistantOptions {
  /** When false, what was announced before is taken back. */
  readonly enable: boolean;
  readonly discoveryPrefix: string;
  readonly device: Omit<DiscoveryOptions, 'id' | 'topicPrefix'>;
  readonly identity: () => Promise<string>;
  readonly announcer: Pick<Announcer, 'announceFor' | 'repeat'>;
  /** Remembers under which topics it was announced. */
  readonly room: Pick<StateRoom, 'entries' | 'put'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * After Home Assistant has started (ms): it is told at once of the device, and a second time of how
 * things are, for it listens to a device's topics only once it knows it.
 */
const repeatAfterMs = [1000, 10_000] as const;

/** Lets Home Assistant find the appliance by MQTT discovery. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  #cancelRepeats: (() => void)[] = [];

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
  }

  /** Where Home Assistant says that it has started (its "birth message"). */
  get birthTopic(): string {
    return `${this.#options.discoveryPrefix}/status`;
  }

  /** Announces the device, or takes it back where it was announced before. */
  async start(): Promise<void> {
    const { enable, discoveryPrefix, device, identity, announcer } = this.#options;
    const id = await identity();
    const topic = `${discoveryPrefix}/device/blinky_${id}/config`;
    for (const old of await this.#announcedBefore()) {
      if (!enable || old !== topic) {
        announcer.announceFor(old, () => ({ topic: old, payload: '', retain: true }));
      }
    }
    if (!enable) return;
    await this.#remember(topic);
    announcer.announceFor(topic, (topicPrefix) => ({
      topic,
      payload: JSON.stringify(discoveryPayload({ ...device, id, topicPrefix })),
      retain: true,
    }));
    this.#repeatSoon();
  }

  /** Somebody published on the birth topic. */
  heardBirth(payload: string): void {
    if (this.#options.enable && payload === 'online') this.#repeatSoon();
  }

  stop(): void {
    for (const cancel of this.#cancelRepeats) cancel();
    this.#cancelRepeats = [];
  }

  /** However often it is asked for, it is repeated only so often. */
  #repeatSoon(): void {
    const { clock, announcer } = this.#options;
    this.stop();
    this.#cancelRepeats = repeatAfterMs.map((ms) => clock.schedule(ms, () => announcer.repeat()));
  }

  async #announcedBefore(): Promise<string[]> {
    try {
      return ((await this.#options.room.entries()) ?? []).map(([topic]) => topic);
    } catch (error) {
      this.#options.log.warn(`what was announced before is not known: ${String(error)}`);
      return [];
    }
  }

  async #remember(topic: string): Promise<void> {
    try {
      await this.#options.room.put(topic, '');
    } catch (error) {
      this.#options.log.warn(`can't keep what was announced: ${String(error)}`);
    }
  }
}
