import { isTestEvent } from '../events/test-user.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import { type Clock, createTimeReader } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { ActiveUsers, mostSessionsOfAll } from './active-users.ts';
import { type ActiveUsersStore, KeptUsers } from './kept-users.ts';

/**
 * Published at most this often, ms: in a burst only the last count matters. A prime, so
 * that it does not fall in step with events that come regularly and keep them waiting.
 */
const publishEveryMs = 101;
/** Publishing thousands of users takes time; at most one part in this many of all time is spent on it. */
const publishShare = 25;
/** How often sessions are looked for that have ended by their own time, ms. */
const expireEveryMs = 60_000;

export interface ActiveUsersSinkOptions {
  /** Undefined while there is no state directory: active users are then lost at a restart. */
  readonly store: ActiveUsersStore | undefined;
  readonly onChange: (users: ActiveUsers) => void;
  /** Whether the machine knows the time of day. */
  readonly timeIsKnown: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Counts active users, publishes changes, and keeps them across restarts. */
export class ActiveUsersSink implements Sink {
  readonly name = 'active users';
  readonly users: ActiveUsers;
  readonly #options: ActiveUsersSinkOptions;
  readonly #kept: KeptUsers;
  readonly #timeOf: (event: UserEvent) => number;
  #cancelPublish: (() => void) | undefined;
  #cancelExpire: (() => void) | undefined;
  #publishAgainMs = Number.NEGATIVE_INFINITY;
  #droppedReported = 0;
  #isDropping = false;
  #stopped = false;

  constructor(options: ActiveUsersSinkOptions) {
    this.#options = options;
    this.users = new ActiveUsers((key) => this.#kept.changed(key));
    this.#kept = new KeptUsers({ ...options, users: this.users });
    this.#timeOf = createEventTimes(options.clock, options.timeIsKnown);
  }

  async start(): Promise<void> {
    await this.#kept.load();
    this.#expire();
    this.#publish();
  }

  accept(event: UserEvent): void {
    // A broker that keeps names to itself publishes events without them.
    if (isTestEvent(event) || event.userId === '') {
      this.#options.log.debug?.(`${event.id} not counted: it has no user, or the test user`);
      return;
    }
    const isChange = this.users.apply(event, this.#timeOf(event));
    if (isChange) this.#changed();
    this.#options.log.debug?.(
      `${event.id} ${isChange ? 'changes' : 'does not change'} who is active: now ${this.users.count}`,
    );
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelPublish?.();
    this.#cancelExpire?.();
    await this.#kept.stop();
  }

  #changed(): void {
    if (this.#cancelPublish) return;
    const { clock } = this.#options;
    const wait = this.#publishAgainMs - clock.monotonicMs();
    // Never at once: the event itself is published first.
    this.#cancelPublish = clock.schedule(Math.max(0, wait), () => this.#publish());
  }

  #publish(): void {
    const { clock, onChange } = this.#options;
    this.#cancelPublish = undefined;
    const beganMs = clock.monotonicMs();
    onChange(this.users);
    const tookMs = clock.monotonicMs() - beganMs;
    this.#publishAgainMs = beganMs + Math.max(publishEveryMs, tookMs * publishShare);
  }

  #expire(): void {
    const { clock } = this.#options;
    this.#kept.tick();
    if (this.users.expire(clock.monotonicMs())) this.#changed();
    this.#reportDropped();
    this.#cancelExpire = clock.schedule(expireEveryMs, () => this.#expire());
  }

  /** Once when it begins, and once when it is over. */
  #reportDropped(): void {
    const { dropped } = this.users;
    const isDropping = dropped > this.#droppedReported;
    if (isDropping && !this.#isDropping) {
      this.#options.log.warn(
        `too many active users: only ${mostSessionsOfAll.toLocaleString('en')} sessions are kept, so those inactive longest are dropped. Fix: list your Sense servers in Butler.udpServerConfig.allowFrom`,
      );
    }
    if (!isDropping && this.#isDropping) {
      this.#options.log.info(`active users are no longer dropped (${dropped} were)`);
    }
    this.#isDropping = isDropping;
    this.#droppedReported = dropped;
  }
}

/**
 * Makes the function that says when an event was received, on the monotonic clock: the time of day
 * may jump. What waited at another broker is as old as its time says.
 */
export function createEventTimes(
  clock: Clock,
  timeIsKnown: () => boolean,
): (event: UserEvent) => number {
  const read = createTimeReader();
  let lastText: string | undefined;
  let lastMs = 0;
  return (event) => {
    if (event.timeUnknown || !timeIsKnown()) return clock.monotonicMs();
    if (event.receivedAt !== lastText) {
      lastText = event.receivedAt;
      const ageMs = Math.max(0, clock.now().getTime() - read(lastText));
      lastMs = clock.monotonicMs() - ageMs;
    }
    return lastMs;
  };
}
