import { createTimeReader } from '../events/received-at.ts';
import type { UserEvent } from '../events/user-event.ts';

/** One user's sessions on one host. */
export interface ActiveUser {
  readonly host: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly sessions: number;
  /** Known only from an opened connection; the session's own start may still come. */
  readonly implied: boolean;
  /** Time of the last event, ms since 1970; undefined while the machine had none. */
  readonly lastSeenMs?: number | undefined;
}

/**
 * A lost `Stop session` must not leave its user active for ever. Qlik ends an idle session after
 * 30 minutes unless it is set up otherwise; a day without any event is surely long enough.
 */
export const forgottenAfterMs = 24 * 60 * 60 * 1000;

/**
 * How exactly the users stand in the order of their last events, ms: moving one for each event
 * costs more than all else that is done here.
 */
const orderedToMs = 60_000;

/** Names come from the network, so their number must have an end. */
const mostEntries = 10_000;

interface Entry {
  user: ActiveUser;
  /** Time of the event that gave it its place in the order. */
  readonly placedMs: number | undefined;
}

function isNear(oneMs: number | undefined, otherMs: number | undefined): boolean {
  if (oneMs === undefined || otherMs === undefined) return false;
  return Math.abs(oneMs - otherMs) < orderedToMs;
}

/**
 * Who has a session: from `Start session` or `Open connection` on until `Stop session`, counted
 * over several sessions of one user. Pure state; whoever owns it saves and publishes it.
 */
export class ActiveUsers {
  // About in the order of their last events, oldest first, so that the oldest is quickly found.
  readonly #entries = new Map<string, Entry>();
  readonly #readTime = createTimeReader();

  constructor(entries: readonly ActiveUser[] = []) {
    for (const user of entries) {
      this.#entries.set(keyOf(user), { user, placedMs: user.lastSeenMs });
    }
  }

  /** Takes an event into account, and tells whether anything changed. */
  apply(event: UserEvent): boolean {
    const key = keyOf(event);
    const before = this.#entries.get(key)?.user;
    const { host, userDirectory, userId } = event;
    const lastSeenMs = event.timeUnknown ? undefined : this.#readTime(event.receivedAt);
    const put = (sessions: number, implied: boolean) => {
      this.#put(key, { host, userDirectory, userId, sessions, implied, lastSeenMs });
    };
    switch (event.kind) {
      case 'session-start':
        put(before && !before.implied ? before.sessions + 1 : 1, false);
        break;
      case 'connection-open':
        put(before?.sessions ?? 1, before?.implied ?? true);
        break;
      case 'connection-close':
        if (before) put(before.sessions, before.implied);
        break;
      case 'session-stop':
        if (before && before.sessions > 1) put(before.sessions - 1, false);
        else this.#entries.delete(key);
        break;
    }
    if (this.#entries.size > mostEntries) this.#dropOldest();
    return this.#entries.get(key)?.user.sessions !== before?.sessions;
  }

  /**
   * Lets go of users of whom nothing was heard for a day, and tells whether there were any. For
   * those whose time is not known the day begins now.
   */
  forgetBefore(nowMs: number): boolean {
    let forgotten = false;
    for (const [key, entry] of this.#entries) {
      const { lastSeenMs } = entry.user;
      if (lastSeenMs === undefined) entry.user = { ...entry.user, lastSeenMs: nowMs };
      if (lastSeenMs === undefined || lastSeenMs > nowMs - forgottenAfterMs) continue;
      this.#entries.delete(key);
      forgotten = true;
    }
    return forgotten;
  }

  entries(): ActiveUser[] {
    return [...this.#entries.values()].map(({ user }) => user);
  }

  /** User ids, one for each user however many hosts and sessions they use. */
  userNames(): string[] {
    const users = new Map(this.entries().map((entry) => [userKeyOf(entry), entry.userId] as const));
    return [...users.values()];
  }

  /** Number of users by host. */
  countByHost(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { host } of this.entries()) counts.set(host, (counts.get(host) ?? 0) + 1);
    return counts;
  }

  #put(key: string, user: ActiveUser): void {
    const known = this.#entries.get(key);
    const { lastSeenMs } = user;
    if (known && isNear(known.placedMs, lastSeenMs)) known.user = user;
    else {
      this.#entries.delete(key);
      this.#entries.set(key, { user, placedMs: lastSeenMs });
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

type UserAndHost = Pick<ActiveUser, 'host' | 'userDirectory' | 'userId'>;

// Qlik's user and host names compare without regard to case. A line feed is in none of them.
const keyOf = ({ host, userDirectory, userId }: UserAndHost): string =>
  `${host}\n${userDirectory}\n${userId}`.toLowerCase();

const userKeyOf = ({ userDirectory, userId }: UserAndHost): string =>
  `${userDirectory}\n${userId}`.toLowerCase();
