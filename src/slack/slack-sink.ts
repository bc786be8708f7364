import { createUserFilter } from '../events/excluded-users.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { PartHealth } from '../health/health.ts';
import { atMost, type Clock, createTimeReader } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { RetryPauses } from '../platform/retry-pauses.ts';
import type { DatabaseSource } from '../storage/namespace.ts';
import { Outbox } from '../storage/outbox/outbox.ts';
import { type CredentialSources, readCredentials } from './credentials.ts';
import type { Environment } from './find-proxy.ts';
import { type Pace, slackPace } from './pace.ts';
import { defaultSlackChannel, type SlackSettings } from './settings.ts';
import { SlackAccount } from './slack-account.ts';
import { SlackDelivery } from './slack-delivery.ts';
import { type SlackEvent, slackEventCodec, slackEventOf } from './slack-event.ts';
import { findWay } from './way-to-slack.ts';

export interface SlackSinkOptions {
  readonly config: Pick<SlackSettings, 'loginNotificationChannel' | 'apiUrl' | 'excludeUser'> &
    Partial<Pick<SlackSettings, 'proxy' | 'caFile'>>;
  /** Where token and webhook may be. */
  readonly token: CredentialSources;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked for. */
  readonly environment?: Environment;
  /** Where the database is, while there is one. */
  readonly state: DatabaseSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly health: PartHealth;
  readonly outboxHealth: PartHealth;
  /** Other than Slack's: for a stand-in that is in a hurry. */
  readonly pace?: Pace;
  /** Other than what the product promises: for tests of a full outbox. */
  readonly limits?: SlackLimits;
}

export interface SlackLimits {
  /** Events that may wait on disk. */
  readonly capacity: number;
  /** Events that may wait in memory while the disk takes none. */
  readonly memoryCapacity: number;
  /** How long one call may take, ms. */
  readonly timeoutMs: number;
  /** Between tries at something that passes by itself, ms. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** The same where Slack takes no more messages, and does not say for how long. */
  readonly longestLimitRetryMs: number;
}

/**
 * The longest pause between tries is short: a call every ten seconds burdens nobody, and the
 * channel is up to date ten seconds after Slack is. A limit of Slack's is not to be pressed: there the
 * pauses grow to five minutes.
 */
export const slackLimits: SlackLimits = {
  capacity: 100_000,
  memoryCapacity: 10_000,
  timeoutMs: 10_000,
  firstRetryMs: 1000,
  longestRetryMs: 10_000,
  longestLimitRetryMs: 300_000,
};

/** What a message under way gets when the appliance stops, ms. */
const stopGraceMs = 3000;
/** What each of the last writes gets, ms. */
const lastWriteMs = 500;

/** Posts events to a Slack channel, by way of an outbox on disk. */
export class SlackSink implements Sink {
  readonly name = 'slack';
  readonly #options: SlackSinkOptions;
  readonly #log: Log;
  readonly #isExcluded: (event: UserEvent) => boolean;
  readonly #readTime = createTimeReader();
  readonly #outbox: Outbox<SlackEvent>;
  readonly #delivery: SlackDelivery;
  #stopped: Promise<void> | undefined;

  constructor(options: SlackSinkOptions) {
    this.#options = options;
    const { clock, config, environment = {}, random, limits = slackLimits } = options;
    const log = options.log.for(this.name);
    this.#log = log;
    const retry = (longestMs = limits.longestRetryMs) =>
      new RetryPauses(limits.firstRetryMs, longestMs, random);
    this.#isExcluded = createUserFilter(config.excludeUser);
    this.#outbox = new Outbox({
      namespace: 'slack-outbox',
      state: options.state,
      codec: slackEventCodec,
      capacity: limits.capacity,
      memoryCapacity: limits.memoryCapacity,
      clock,
      health: options.outboxHealth,
      retry: retry(),
      log: options.log.for('slack outbox'),
      onReadable: () => this.#delivery.wake(),
    });
    this.#delivery = new SlackDelivery({
      outbox: this.#outbox,
      account: new SlackAccount({
        channel: config.loginNotificationChannel,
        apiUrl: config.apiUrl,
        timeoutMs: limits.timeoutMs,
        defaultChannel: defaultSlackChannel,
        readCredentials: () => readCredentials(options.token),
        findWay: (target) => findWay({ ...config, environment }, target),
        log,
      }),
      pace: options.pace ?? slackPace,
      clock,
      health: options.health,
      retry: retry(),
      limitRetry: retry(limits.longestLimitRetryMs),
      random,
      log,
    });
  }

  /** Events that wait for Slack. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** Events that Slack has taken. */
  get delivered(): number {
    return this.#delivery.delivered;
  }

  /** Messages that they went in. */
  get posted(): number {
    return this.#delivery.posted;
  }

  /** Events that went because too many waited. */
  get dropped(): number {
    return this.#outbox.dropped;
  }

  /** Tries again at once, where it waits after a failure; whether it does. */
  tryNow(): boolean {
    return this.#delivery.tryNow();
  }

  async start(): Promise<void> {
    await this.#outbox.open();
    this.#delivery.start();
  }

  /** Puts the event into the outbox, and returns at once. */
  accept(event: UserEvent): void {
    if (this.#isExcluded(event)) {
      this.#log.debug?.(`${event.id} left out: Butler.slackConfig.excludeUser has its user`);
      return;
    }
    const { debug } = this.#log;
    this.#outbox.append(slackEventOf(event, this.#readTime, debug !== undefined));
    debug?.(`${event.id} queued; ${this.waiting} wait`);
  }

  /** Resolves when every event accepted so far is on disk, or waits for a disk that takes nothing. */
  async written(): Promise<void> {
    await this.#outbox.written();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop(deadline);
    await this.#stopped;
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    // What waits is safe first; then the message under way gets its chance.
    await atMost(clock, lastWriteMs, this.#outbox.written());
    await atMost(clock, stopGraceMs + lastWriteMs, this.#delivery.stop(stopGraceMs, deadline));
    await this.#outbox.close(lastWriteMs);
  }
}
