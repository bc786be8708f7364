import { setImmediate } from 'node:timers/promises';
import type { PartHealth } from '../health/health.ts';
import { BugLog, isBug } from '../platform/bug-log.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { RetryPauses } from '../platform/retry-pauses.ts';
import type { OutboxEntry } from '../storage/outbox/outbox.ts';
import {
  composeMessage,
  recommendedTextLength,
  type SlackMessage,
  safeJsonLength,
} from './message.ts';
import { logOutcome } from './outcome-lines.ts';
import type { Pace } from './pace.ts';
import type { PermanentFailure, PostOutcome, TransientFailure } from './post-outcome.ts';
import type { SlackEvent } from './slack-event.ts';

export interface SlackDeliveryOptions {
  /** The queue of waiting events. */
  readonly outbox: {
    readonly dropped: number;
    oldest(limit: number): Promise<readonly OutboxEntry<SlackEvent>[]>;
    remove(entries: readonly OutboxEntry<SlackEvent>[]): Promise<void>;
  };
  readonly account: {
    /** Where it posts, as shown in messages: `to CHANNEL`, or `through a webhook`. */
    readonly manner: string;
    post(message: SlackMessage, plainly: boolean): Promise<PostOutcome>;
    problem(): Promise<PermanentFailure | undefined>;
    hasChanged(): Promise<boolean>;
    abort(): void;
  };
  readonly pace: Pace;
  readonly clock: Clock;
  readonly health: PartHealth;
  /** Pauses between retries of what passes by itself. */
  readonly retry: RetryPauses;
  /** The same for when Slack accepts no more messages and doesn't say for how long. */
  readonly limitRetry: RetryPauses;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Lets events that have arrived in the meantime go first: a message costs as much as fifty of them.
 */
const nextTurn = (): Promise<void> => setImmediate();

/**
 * No message of the recommended length has more lines than this; the shortest line has 30
 * characters.
 */
const mostLines = 130;
/** Slack's `Retry-After` is in whole seconds; its clock and ours may differ a little, ms. */
const retryAfterMarginMs = 100;

/**
 * Posts what waits in the outbox to Slack: one message at a time, in order, removed from the outbox
 * once Slack has answered `ok`. A crash in between repeats that one message.
 */
export class SlackDelivery {
  /** Events that Slack has accepted. */
  delivered = 0;
  /** The number of messages they were posted in. */
  posted = 0;
  readonly #options: SlackDeliveryOptions;
  readonly #bugs: BugLog;
  #running: Promise<void> | undefined;
  #stopping = false;
  #arrived = false;
  #endWait: (() => void) | undefined;
  #endPause: (() => void) | undefined;
  /** Ends the current pause after a failure. */
  #hurry: (() => void) | undefined;
  /** When the current series of transient failures began, ms. */
  #failingSince: number | undefined;
  readonly #probe: RetryPauses;
  #linesAllowed = mostLines;
  #plainly = false;
  #leftOutSaid = 0;

  constructor(options: SlackDeliveryOptions) {
    const { clock, log, pace, random } = options;
    this.#options = options;
    this.#bugs = new BugLog(clock, log);
    this.#probe = new RetryPauses(pace.firstProbeMs, pace.longestProbeMs, random);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Called when there is something new to read in the outbox. */
  wake(): void {
    this.#arrived = true;
    this.#endWait?.();
  }

  /**
   * Retries at once if it is waiting after a failure; returns whether it was. Pauses set by Slack
   * stay.
   */
  tryNow(): boolean {
    if (!this.#hurry) return false;
    this.#hurry();
    return true;
  }

  /** Lets the current message finish, for `graceMs` at most and not past `deadline`. */
  async stop(graceMs: number, deadline: AbortSignal): Promise<void> {
    const { account, clock } = this.#options;
    this.#stopping = true;
    this.#endWait?.();
    this.#endPause?.();
    const abort = () => account.abort();
    const cancel = clock.schedule(graceMs, abort);
    deadline.addEventListener('abort', abort, { once: true });
    if (deadline.aborted) abort();
    await this.#running;
    deadline.removeEventListener('abort', abort);
    cancel();
  }

  async #run(): Promise<void> {
    const { account, health, pace } = this.#options;
    // The last message before a restart may have been posted only a moment ago.
    await this.#pause(pace.gapMs);
    for (;;) {
      const problem = await account.problem();
      if (!problem || this.#stopping) break;
      await this.#waitForRepair(problem);
    }
    if (!this.#stopping) health.ok(`ready to post ${account.manner}`);
    while (!this.#stopping) {
      try {
        await this.#deliverSome();
      } catch (error) {
        await this.#waitAfterFault(error);
      }
    }
  }

  async #deliverSome(): Promise<void> {
    const { account, clock, log, outbox } = this.#options;
    this.#arrived = false;
    const entries = await outbox.oldest(this.#linesAllowed);
    if (entries.length === 0) return await this.#arrival();
    await nextTurn();
    const leftOut = outbox.dropped;
    const message = composeMessage(
      entries.map(({ item }) => item),
      {
        now: clock.now(),
        longestText: recommendedTextLength,
        longestJson: safeJsonLength,
        mostLines: this.#linesAllowed,
        leftOut: leftOut - this.#leftOutSaid,
      },
    );
    await nextTurn();
    if (this.#stopping) return;
    const outcome = await account.post(message, this.#plainly);
    await nextTurn();
    const tried = entries.slice(0, message.eventCount);
    logOutcome(log, tried, outcome);
    if (outcome.kind === 'delivered') {
      await outbox.remove(tried);
      this.#leftOutSaid = leftOut;
      await this.#afterSuccess(message.eventCount);
    } else await this.#afterFailure(outcome, message.eventCount);
  }

  async #afterSuccess(eventCount: number): Promise<void> {
    const { account, health, limitRetry, pace, retry } = this.#options;
    this.delivered += eventCount;
    this.posted += 1;
    this.#linesAllowed = Math.min(mostLines, 2 * this.#linesAllowed);
    this.#plainly = false;
    retry.reset();
    limitRetry.reset();
    this.#probe.reset();
    this.#failingSince = undefined;
    health.ok(`posting ${account.manner}`);
    await this.#pause(pace.gapMs);
  }

  async #afterFailure(
    outcome: Exclude<PostOutcome, { kind: 'delivered' }>,
    eventCount: number,
  ): Promise<void> {
    const { health, pace } = this.#options;
    switch (outcome.kind) {
      case 'rate-limited':
        health.ok(`waiting ${outcome.retryAfterMs / 1000} s, as requested by Slack`);
        return await this.#pause(Math.max(outcome.retryAfterMs + retryAfterMarginMs, pace.gapMs));
      case 'transient':
        return await this.#waitForBetter(outcome);
      case 'message-refused':
        return await this.#tryAnotherForm(outcome.code, eventCount);
      case 'permanent':
        return await this.#waitForRepair(outcome);
    }
  }

  /** Retries with growing pauses. If it lasts too long, a person may be able to help. */
  async #waitForBetter({ reason, remedy, isLimit }: TransientFailure): Promise<void> {
    const { clock, health, limitRetry, pace, retry } = this.#options;
    if (this.#stopping) return;
    const now = clock.monotonicMs();
    this.#failingSince ??= now;
    const kept = 'Events are kept and posted as soon as Slack can be reached';
    health.fault({
      message: `waiting for Slack: ${reason}`,
      remedy: remedy === undefined ? kept : `${remedy}. ${kept}`,
      needsAttention: remedy !== undefined && now - this.#failingSince >= pace.patienceMs,
    });
    const pause = (isLimit ? limitRetry : retry).next();
    await this.#pauseAfterFailure(Math.max(pause, pace.gapMs));
  }

  /**
   * Slack rejects a message: try fewer lines, then no blocks, then report that it needs attention.
   */
  async #tryAnotherForm(code: string, eventCount: number): Promise<void> {
    const { log, pace } = this.#options;
    log.warn(`Slack rejected the format of a message (${code}); trying another`);
    if (eventCount > 1) this.#linesAllowed = Math.ceil(eventCount / 2);
    else if (!this.#plainly) this.#plainly = true;
    else {
      return await this.#waitForRepair({
        message: `Slack rejects even the simplest message (${code})`,
        remedy: 'This is a bug in Blinky: please report it with this log',
      });
    }
    await this.#pause(pace.gapMs);
  }

  /** Only a person can help: retries rarely, and at once when the token or a file changes. */
  async #waitForRepair(fault: {
    readonly message: string;
    readonly remedy: string;
  }): Promise<void> {
    const { account, clock, health, pace } = this.#options;
    health.fault({ message: fault.message, remedy: fault.remedy, needsAttention: true });
    const probeAt = clock.monotonicMs() + this.#probe.next();
    while (!this.#stopping) {
      const left = probeAt - clock.monotonicMs();
      if (left <= 0) return;
      if (await this.#pauseAfterFailure(Math.min(left, pace.credentialsLookMs))) return;
      if (!this.#stopping && (await account.hasChanged())) {
        this.#probe.reset();
        return;
      }
    }
  }

  async #waitAfterFault(error: unknown): Promise<void> {
    const { health, retry } = this.#options;
    if (isBug(error)) this.#bugs.report('posting', error);
    const words = messageOf(error);
    health.fault({
      message: `can't read the waiting events: ${words}`,
      remedy: 'Check the disk of the state directory',
      needsAttention: true,
    });
    await this.#pause(retry.next());
  }

  /** Resolves when the outbox has something to read, or on stop. */
  async #arrival(): Promise<void> {
    if (this.#arrived || this.#stopping) return;
    await new Promise<void>((resolve) => {
      this.#endWait = resolve;
    });
    this.#endWait = undefined;
  }

  /** Resolves after `ms`, on stop, or when another attempt is requested: then with true. */
  async #pauseAfterFailure(ms: number): Promise<boolean> {
    let isHurried = false;
    this.#hurry = () => {
      isHurried = true;
      this.#endPause?.();
    };
    await this.#pause(ms);
    this.#hurry = undefined;
    return isHurried;
  }

  /** Resolves after `ms`, or on stop. */
  async #pause(ms: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.schedule(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}
