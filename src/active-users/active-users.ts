import { kinds } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';
import { isAnonymous } from './anonymous.ts';
import { SharedHosts } from './shared-hosts.ts';
import { UserGroups } from './user-groups.ts';
import { type UserSession, UserSessions } from './user-sessions.ts';

/** Names come from the network, so there is an end to what is kept: sessions of all users together. */
export const mostSessionsOfAll = 10_000;

type Named = Pick<UserEvent, 'userDirectory' | 'userId'>;

/** A user with a session. */
export interface ActiveUser {
  /** The same for every spelling of the name. */
  readonly key: string;
  userDirectory: string;
  userId: string;
  readonly isAnonymous: boolean;
  /** The sender that first reported them. */
  readonly source: string;
  readonly group: string;
  readonly sessions: UserSessions;
  /** Time of the event that gave them their place in the order. */
  placedMs: number;
}

/**
 * Who has a session: from `Start session` or `Open connection` on until `Stop session`, on every host
 * and counted over several sessions of one user. Pure state: `ActiveUsersSink` saves and
 * publishes it.
 */
export class ActiveUsers {
  /** Users who were dropped because there were too many. */
  dropped = 0;
  readonly sharedHosts = new SharedHosts();
  readonly #users = new Map<string, ActiveUser>();
  readonly #groups = new UserGroups<ActiveUser>();
  readonly #onChange: (key: string) => void;
  #anonymous = 0;

  /** @param onChange called with the key of each user whose sessions are others than before */
  constructor(onChange: (key: string) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Number of users, anonymous ones included. */
  get count(): number {
    return this.#users.size;
  }

  get anonymousCount(): number {
    return this.#anonymous;
  }

  /** Number of sessions of all users. */
  get sessionCount(): number {
    return this.#groups.sessions;
  }

  get(key: string): ActiveUser | undefined {
    return this.#users.get(key);
  }

  keys(): Iterable<string> {
    return this.#users.keys();
  }

  /** Users with a name; those whose sender reported fewest users come first. */
  *named(): Generator<ActiveUser> {
    for (const user of this.#groups.all()) if (!user.isAnonymous) yield user;
  }

  /**
   * Processes an event, and returns whether users became active or inactive on any host.
   * @param atMs when it happened; any scale, the same for all calls
   */
  apply(event: UserEvent, atMs: number = Date.parse(event.receivedAt)): boolean {
    const effect = kinds[event.kind].session;
    if (effect === 'none') return false;
    const known = this.#users.get(keyOf(event));
    if (!known && effect !== 'start' && effect !== 'open') return false;
    const user = known ?? this.#add(event, event.source, atMs);
    user.userDirectory = event.userDirectory;
    user.userId = event.userId;
    const countBefore = user.sessions.count;
    const change = user.sessions[effect](event.host, atMs);
    this.#groups.seen(user, atMs);
    this.#counted(user, countBefore);
    if (change !== 'nothing') this.#onChange(user.key);
    this.#makeRoom();
    return change === 'hosts';
  }

  /** Adds somebody who was stored. */
  restore(named: Named, source: string, sessions: readonly UserSession[]): void {
    const lastSeenMs = Math.max(...sessions.map((session) => session.lastSeenMs));
    const user = this.#users.get(keyOf(named)) ?? this.#add(named, source, lastSeenMs);
    const countBefore = user.sessions.count;
    for (const session of sessions) user.sessions.restore(session);
    this.#counted(user, countBefore);
    this.#makeRoom();
  }

  /** Ends sessions without events for too long, and returns whether that made users inactive. */
  expire(nowMs: number): boolean {
    let changed = false;
    for (const user of this.#users.values()) {
      const countBefore = user.sessions.count;
      if (user.sessions.expire(nowMs) === 0) continue;
      this.#counted(user, countBefore);
      this.#onChange(user.key);
      changed = true;
    }
    return changed;
  }

  /** Number of users by host. */
  countByHost(): Map<string, number> {
    const counts = new Map<string, { readonly host: string; count: number }>();
    for (const user of this.#users.values()) {
      const hosts = new Map(user.sessions.all.map(({ host }) => [host.toLowerCase(), host]));
      for (const [key, host] of hosts) {
        const known = counts.get(key);
        if (known) known.count += 1;
        else counts.set(key, { host, count: 1 });
      }
    }
    return new Map([...counts.values()].map(({ host, count }) => [host, count]));
  }

  #add(named: Named, source: string, atMs: number): ActiveUser {
    const anonymous = isAnonymous(named);
    const user: ActiveUser = {
      key: keyOf(named),
      userDirectory: named.userDirectory,
      userId: named.userId,
      isAnonymous: anonymous,
      source,
      group: this.#groups.nameFor(source, anonymous),
      sessions: new UserSessions(this.sharedHosts),
      placedMs: atMs,
    };
    this.#users.set(user.key, user);
    this.#groups.add(user);
    if (anonymous) this.#anonymous += 1;
    return user;
  }

  #counted(user: ActiveUser, countBefore: number): void {
    const { count } = user.sessions;
    if (count !== countBefore) this.#groups.count(user, count - countBefore);
    if (count === 0) this.#remove(user);
  }

  #remove(user: ActiveUser): void {
    this.#users.delete(user.key);
    this.#groups.remove(user);
    if (user.isAnonymous) this.#anonymous -= 1;
  }

  #makeRoom(): void {
    while (this.#groups.sessions > mostSessionsOfAll) {
      const user = this.#groups.firstToGiveWay;
      if (!user) return;
      this.#groups.count(user, -user.sessions.count);
      this.#remove(user);
      this.dropped += 1;
      this.#onChange(user.key);
    }
  }
}

/** Qlik's user names compare without regard to case. A line feed is in none of them. */
const keyOf = ({ userDirectory, userId }: Named): string =>
  `${userDirectory}\n${userId}`.toLowerCase();
