/**
 * The most senders with a group of their own; later ones share one. Otherwise somebody who
 * invents senders' addresses would have many small groups, and the real server's would be the largest.
 */
const mostGroups = 64;
const everybodyElse = '';

/** The precision of the order of users by their last events, ms: moving one at every event is costly. */
const orderedToMs = 60_000;

/** What the groups use of an active user. */
interface Member {
  readonly key: string;
  readonly group: string;
  /** Time of the event that gave it its place in the order. */
  placedMs: number;
}

interface Group<User> {
  /** About in the order of their last events, oldest first. */
  readonly users: Map<string, User>;
  sessions: number;
}

/**
 * Active users by who reported them, so that a crowd from one sender, or of anonymous users, takes
 * nothing from others: when there are too many, the largest group gives way.
 */
export class UserGroups<User extends Member> {
  readonly #groups = new Map<string, Group<User>>();
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

  add(user: User): void {
    let group = this.#groups.get(user.group);
    if (!group) {
      group = { users: new Map(), sessions: 0 };
      this.#groups.set(user.group, group);
    }
    group.users.set(user.key, user);
  }

  remove(user: User): void {
    const group = this.#groups.get(user.group);
    if (!group) return;
    group.users.delete(user.key);
    if (group.users.size === 0) this.#groups.delete(user.group);
  }

  /** Takes note that a user has `more` sessions now; a negative number: fewer. */
  count(user: User, more: number): void {
    const group = this.#groups.get(user.group);
    if (group) group.sessions += more;
    this.#sessions += more;
  }

  /** Keeps the order after an event of a user. */
  seen(user: User, atMs: number): void {
    if (Math.abs(user.placedMs - atMs) < orderedToMs) return;
    user.placedMs = atMs;
    const users = this.#groups.get(user.group)?.users;
    users?.delete(user.key);
    users?.set(user.key, user);
  }

  /** Who was silent for longest in the group that has most sessions. */
  get firstToGiveWay(): User | undefined {
    const largest = this.#bySize().at(-1);
    return largest?.users.values().next().value;
  }

  /** All users, the smallest group first. */
  *all(): Generator<User> {
    for (const group of this.#bySize()) yield* group.users.values();
  }

  #bySize(): Group<User>[] {
    return [...this.#groups.values()].sort((one, other) => one.sessions - other.sessions);
  }
}
