import type { ActiveUser } from './active-users.ts';

/**
 * Senders that are told apart; those that come later share one group. Otherwise somebody who
 * invents senders' addresses would have many small groups, and the real server's would be the largest.
 */
const mostGroups = 64;
const everybodyElse = '';

/** How exactly users stand in the order of their last events, ms: moving one each time costs much. */
const orderedToMs = 60_000;

interface Group {
  /** About in the order of their last events, oldest first. */
  readonly users: Map<string, ActiveUser>;
  sessions: number;
}

/**
 * Active users by who reported them, so that a crowd from one sender, or of anonymous users, takes
 * nothing from others: when there are too many, the largest group gives way.
 */
export class UserGroups {
  readonly #groups = new Map<string, Group>();
  #sessions = 0;

  /** Sessions of all together. */
  get sessions(): number {
    return this.#sessions;
  }

  /** The group for a user whom `source` reports. */
  nameFor(source: string, isAnonymous: boolean): string {
    const name = isAnonymous ? `anonymous at ${source}` : source;
    return this.#groups.has(name) || this.#groups.size < mostGroups ? name : everybodyElse;
  }

  add(user: ActiveUser): void {
    let group = this.#groups.get(user.group);
    if (!group) {
      group = { users: new Map(), sessions: 0 };
      this.#groups.set(user.group, group);
    }
    group.users.set(user.key, user);
  }

  remove(user: ActiveUser): void {
    const group = this.#groups.get(user.group);
    if (!group) return;
    group.users.delete(user.key);
    if (group.users.size === 0) this.#groups.delete(user.group);
  }

  /** Takes note that a user has `more` sessions now; a negative number: fewer. */
  count(user: ActiveUser, more: number): void {
    const group = this.#groups.get(user.group);
    if (group) group.sessions += more;
    this.#sessions += more;
  }

  /** Keeps the order when something was heard of a user. */
  seen(user: ActiveUser, atMs: number): void {
    if (Math.abs(user.placedMs - atMs) < orderedToMs) return;
    user.placedMs = atMs;
    const users = this.#groups.get(user.group)?.users;
    users?.delete(user.key);
    users?.set(user.key, user);
  }

  /** Who was silent for longest in the group that has most sessions. */
  get firstToGiveWay(): ActiveUser | undefined {
    const largest = this.#bySize().at(-1);
    return largest?.users.values().next().value;
  }

  /** All users, the smallest group first. */
  *all(): Generator<ActiveUser> {
    for (const group of this.#bySize()) yield* group.users.values();
  }

  #bySize(): Group[] {
    return [...this.#groups.values()].sort((one, other) => one.sessions - other.sessions);
  }
}
