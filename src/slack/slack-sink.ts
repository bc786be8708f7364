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
  /** Where the token or the webhook may be. */
  readonly token: CredentialSources;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are read from. */
  readonly environment?: Environment;
  /** Gives the database while it is open. */
  readonly state: DatabaseSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly health: PartHealth;
  readonly outboxHealth: PartHealth;
  /** Replaces Slack's pace, for a test server. */
  readonly pace?: Pace;
  /** Replaces the product's limits, for tests of a full outbox. */
  readonly limits?: SlackLimits;
}

export interface SlackLimits {
  /** Events that can wait on disk. */
  readonly capacity: number;
  /** Events that can wait in memory while the disk can't be written. */
  readonly memoryCapacity: number;
  /** How long one call may take, ms. */
  readonly timeoutMs: number;
  /** Pauses between retries of what passes by itself, ms. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** The same for when Slack accepts no more messages and doesn't say for how long. */
  readonly longestLimitRetryMs: number;
}

/**
 * The longest pause between retries is short: a call every ten seconds is no burden, and the
 * channel is up to date ten seconds after Slack is back. At a limit of Slack's the pauses grow to
 * five minutes, so as not to add load.
 */
export const slackLimits: SlackLimits = {
  capacity: 100_000,
  memoryCapacity: 10_000,
  timeoutMs: 10_000,
  firstRetryMs: 1000,
  longestRetryMs: 10_000,
  longestLimitRetryMs: 300_000,
};

/** Time for the current message when the appliance stops, ms. */
const stopGraceMs = 3000;
/** Time for each of the last writes, ms. */
const lastWriteMs = 500;

/** Posts events to a Slack channel, through an outbox on disk. */
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

  /** Events waiting for Slack. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** Events that Slack has accepted. */
  get delivered(): number {
    return this.#delivery.delivered;
  }

  /** The number of messages they were posted in. */
  get posted(): number {
    return this.#delivery.posted;
  }

  /** Events dropped because too many were waiting. */
  get dropped(): number {
    return this.#outbox.dropped;
  }

  /** Retries at once if it is waiting after a failure; returns whether it was. */
  tryNow(): boolean {
    return this.#delivery.tryNow();
  }

  async start(): Promise<void> {
    await this.#outbox.open();
    this.#delivery.start();
  }

  /** Puts the event into the outbox and returns at once. */
  accept(event: UserEvent): void {
    if (this.#isExcluded(event)) {
      this.#log.debug?.(`${event.id} skipped: its user is in Butler.slackConfig.excludeUser`);
      return;
    }
    const { debug } = this.#log;
    this.#outbox.append(slackEventOf(event, this.#readTime, debug !== undefined));
    debug?.(`${event.id} queued; ${this.waiting} waiting`);
  }

  /**
   * Resolves when every event accepted so far is on disk, or waits in memory because the disk can't
   * be written.
   */
  async written(): Promise<void> {
    await this.#outbox.written();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop(deadline);
    await this.#stopped;
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    // Save what waits first; then let the current message finish.
    await atMost(clock, lastWriteMs, this.#outbox.written());
    await atMost(clock, stopGraceMs + lastWriteMs, this.#delivery.stop(stopGraceMs, deadline));
    await this.#outbox.close(lastWriteMs);
  }
}
