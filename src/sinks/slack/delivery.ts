import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { PartHealth } from '../../health/health.ts';
import type { Log } from '../../log.ts';
import type { Entry } from '../../outbox/outbox.ts';
import type { RetryPauses } from '../../retry-pauses.ts';
import {
  composeMessage,
  recommendedTextLength,
  type SlackMessage,
  safeJsonLength,
} from './message.ts';
import type { PermanentFailure, PostOutcome } from './slack-client.ts';
import type { SlackEvent } from './slack-event.ts';

/** How fast the delivery goes, ms. */
export interface Pace {
  /** From Slack's answer to the next message. */
  readonly gapMs: number;
  /** Between tries while only a person can help. */
  readonly probeMs: number;
  /** Between looks at the token meanwhile. */
  readonly tokenLookMs: number;
}

/**
 * Slack takes "generally one message per second per channel"
 * (https://docs.slack.dev/apis/web-api/rate-limits); a tenth more is for clocks that differ.
 */
export const slackPace: Pace = { gapMs: 1100, probeMs: 300_000, tokenLookMs: 5000 };

export interface DeliveryOptions {
  /** The line of events waiting. */
  readonly outbox: {
    readonly dropped: number;
    oldest(limit: number): Promise<readonly Entry<SlackEvent>[]>;
    remove(entries: readonly Entry<SlackEvent>[]): Promise<void>;
  };
  readonly account: {
    post(message: SlackMessage, plainly: boolean): Promise<PostOutcome>;
    problem(): Promise<PermanentFailure | undefined>;
    tokenChanged(): Promise<boolean>;
    abort(): void;
  };
  readonly channel: string;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
  readonly log: Log;
}

/** Lets events that have arrived meanwhile go first: a message costs as much as fifty of them. */
const nextTurn = (): Promise<void> => setImmediate();

/** No message of the recommended length has more lines than this; the shortest has 30 characters. */
const mostLines = 130;
/** Slack's `Retry-After` counts in whole seconds; its clock and ours may differ by a little, ms. */
const retryAfterMarginMs = 100;

/**
 * Carries what waits in the outbox to Slack: one message at a time, in order, each removed from
 * the outbox once Slack has answered `ok`. A crash in between repeats that one message.
 */
export class Delivery {
  /** Events that Slack has taken. */
  delivered = 0;
  /** Messages that they went in. */
  posted = 0;
  readonly #options: DeliveryOptions;
  #running: Promise<void> | undefined;
  #stopping = false;
  #arrived = false;
  #endWait: (() => void) | undefined;
  #endPause: (() => void) | undefined;
  #linesAllowed = mostLines;
  #plainly = false;
  #leftOutSaid = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something new can be read from the outbox. */
  wake(): void {
    this.#arrived = true;
    this.#endWait?.();
  }

  /** Lets the message under way finish, for `graceMs` at most and not past `deadline`. */
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
    const { account, channel, health, pace } = this.#options;
    // The last message of an earlier run may be a moment old.
    await this.#pause(pace.gapMs);
    for (;;) {
      const problem = await account.problem();
      if (!problem || this.#stopping) break;
      await this.#waitForRepair(problem);
    }
    if (!this.#stopping) health.ok(`ready to post to ${channel}`);
    while (!this.#stopping) {
      try {
        await this.#deliverSome();
      } catch (error) {
        await this.#waitAfterFault(error);
      }
    }
  }

  async #deliverSome(): Promise<void> {
    const { account, clock, outbox } = this.#options;
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
    if (outcome.kind === 'delivered') {
      await outbox.remove(entries.slice(0, message.eventCount));
      this.#leftOutSaid = leftOut;
      await this.#afterSuccess(message.eventCount);
    } else await this.#afterFailure(outcome, message.eventCount);
  }

  async #afterSuccess(eventCount: number): Promise<void> {
    const { channel, health, pace, retry } = this.#options;
    this.delivered += eventCount;
    this.posted += 1;
    this.#linesAllowed = Math.min(mostLines, 2 * this.#linesAllowed);
    this.#plainly = false;
    retry.reset();
    health.ok(`posting to ${channel}`);
    await this.#pause(pace.gapMs);
  }

  async #afterFailure(
    outcome: Exclude<PostOutcome, { kind: 'delivered' }>,
    eventCount: number,
  ): Promise<void> {
    const { health, pace, retry } = this.#options;
    switch (outcome.kind) {
      case 'rate-limited':
        health.ok(`waiting ${outcome.retryAfterMs / 1000} s, as Slack asks`);
        return await this.#pause(Math.max(outcome.retryAfterMs + retryAfterMarginMs, pace.gapMs));
      case 'transient':
        if (this.#stopping) return;
        health.fault({
          message: `waiting for Slack: ${outcome.reason}`,
          remedy: 'Events are kept meanwhile; they are posted once Slack can be reached',
          needsPerson: false,
        });
        return await this.#pause(Math.max(retry.next(), pace.gapMs));
      case 'message-refused':
        return await this.#tryAnotherForm(outcome.code, eventCount);
      case 'permanent':
        return await this.#waitForRepair(outcome);
    }
  }

  /** Slack dislikes a message: fewer lines at a time, then without blocks, then it takes a person. */
  async #tryAnotherForm(code: string, eventCount: number): Promise<void> {
    const { log, pace } = this.#options;
    log.warn(`Slack refuses the form of a message (${code}); trying another`);
    if (eventCount > 1) this.#linesAllowed = Math.ceil(eventCount / 2);
    else if (!this.#plainly) this.#plainly = true;
    else {
      return await this.#waitForRepair({
        message: `Slack refuses even the plainest message (${code})`,
        remedy: 'This is a bug of the program; please report it with this log',
      });
    }
    await this.#pause(pace.gapMs);
  }

  /** Only a person can help: tries seldom, and at once when another token is there. */
  async #waitForRepair(fault: {
    readonly message: string;
    readonly remedy: string;
  }): Promise<void> {
    const { account, clock, health, pace } = this.#options;
    health.fault({ message: fault.message, remedy: fault.remedy, needsPerson: true });
    const probeAt = clock.monotonicMs() + pace.probeMs;
    while (!this.#stopping) {
      const left = probeAt - clock.monotonicMs();
      if (left <= 0) return;
      await this.#pause(Math.min(left, pace.tokenLookMs));
      if (!this.#stopping && (await account.tokenChanged())) return;
    }
  }

  async #waitAfterFault(error: unknown): Promise<void> {
    const { health, retry } = this.#options;
    const words = error instanceof Error ? error.message : String(error);
    health.fault({
      message: `can not read the events that wait: ${words}`,
      remedy: 'Check the disk of the state directory',
      needsPerson: true,
    });
    await this.#pause(retry.next());
  }

  /** Resolves when the outbox has something to read, or on the way out. */
  async #arrival(): Promise<void> {
    if (this.#arrived || this.#stopping) return;
    await new Promise<void>((resolve) => {
      this.#endWait = resolve;
    });
    this.#endWait = undefined;
  }

  /** Resolves after `ms`, or on the way out. */
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
