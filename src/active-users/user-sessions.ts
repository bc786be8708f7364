import type { SharedHosts } from './shared-hosts.ts';

/** A session without any sign of life for so long has ended, and its stop was lost, ms. */
export const silentAfterMs = 24 * 60 * 60 * 1000;

/**
 * A session that stayed silent while its user began and ended another one is likely over: Qlik ends
 * idle sessions, and a proxy service that restarts writes no stops. But a user may work in one app
 * all day, of which nothing is written either. So such a session ends after `doubtfulAfterMs` of
 * silence, and `graceMs` after the other one's end at the earliest.
 */
const doubtfulAfterMs = 10 * 60 * 60 * 1000;
const graceMs = 4 * 60 * 60 * 1000;
/** A shorter session says nothing about another: a look at the phone, say. */
const tellingMs = 60 * 60 * 1000;

/**
 * Up to so many parallel sessions the newest is the one that stops, since an older one may be there
 * only because its stop was lost. A person rarely has more; programs have dozens, which end in the
 * order in which they began.
 */
const mostOfPerson = 3;

/** Sessions kept of one user, however many there are. */
export const mostSessions = 100;

/**
 * How a session became known: by its start; by a connection, when its start may still come; or by a
 * connection on another host than that on which the user has a session (several proxies, one session).
 */
export type SessionOrigin = 'started' | 'implied' | 'elsewhere';

/** One session of a user. All times are ms on the same, arbitrary scale. */
export interface UserSession {
  host: string;
  origin: SessionOrigin;
  startedMs: number;
  lastSeenMs: number;
  /** When it ends unless another sign of life comes, where that is earlier than usual. */
  endsAtMs?: number | undefined;
  /** The times as they were stored, until this machine knows the time of day. */
  stored?: StoredTimes | undefined;
}

/** Times of day, ms since 1970. */
export interface StoredTimes {
  readonly startedMs: number;
  readonly lastSeenMs: number;
  readonly endsAtMs?: number | undefined;
}

/**
 * What an event changed: nothing worth storing; what is stored; or also on which hosts the user is.
 */
export type SessionChange = 'nothing' | 'sessions' | 'hosts';

/**
 * The sessions of one user. Events name no session, so which one they mean is inferred; each session
 * ends by its own time, and what one shows does not prolong another.
 */
export class UserSessions {
  /** In the order in which they began. */
  #sessions: UserSession[] = [];
  readonly #hosts: SharedHosts;

  /** @param hosts which hosts share sessions; learns of it, too */
  constructor(hosts: SharedHosts) {
    this.#hosts = hosts;
  }

  get all(): readonly UserSession[] {
    return this.#sessions;
  }

  get count(): number {
    return this.#sessions.length;
  }

  /** Adds one that was stored. */
  restore(session: UserSession): void {
    this.#push(session);
  }

  start(host: string, atMs: number): SessionChange {
    const newest = this.#newestOn(host);
    if (newest && newest.origin !== 'started') {
      newest.origin = 'started';
      newest.startedMs = atMs;
      see(newest, atMs);
      this.#sessions = [...this.#sessions.filter((session) => session !== newest), newest];
      return 'sessions';
    }
    this.#push({ host, origin: 'started', startedMs: atMs, lastSeenMs: atMs });
    return newest ? 'sessions' : 'hosts';
  }

  open(host: string, atMs: number): SessionChange {
    const newest = this.#newestOn(host);
    if (newest) {
      const wasDoubtful = newest.endsAtMs !== undefined;
      see(newest, atMs);
      return wasDoubtful ? 'sessions' : 'nothing';
    }
    const own = this.#sessions.findLast(isOwn);
    if (own) this.#hosts.connected(own.host, host);
    const origin = own ? 'elsewhere' : 'implied';
    this.#push({ host, origin, startedMs: atMs, lastSeenMs: atMs });
    return 'hosts';
  }

  /** A connection that closes late, after the stop of its session, proves no other session alive. */
  close(host: string, atMs: number): SessionChange {
    const newest = this.#newestOn(host);
    if (newest && newest.endsAtMs === undefined) see(newest, atMs);
    return 'nothing';
  }

  stop(host: string, atMs: number): SessionChange {
    const before = this.#sessions;
    const stopped = this.#stoppedOn(host);
    if (stopped?.origin === 'started') this.#hosts.stopped(stopped.host, host);
    this.#sessions = this.#sessions.filter(
      (session) => session !== stopped && (isOwn(session) || !this.#isOn(session, host)),
    );
    const own = this.#sessions.filter(isOwn);
    // A session that was seen on several hosts is over on all of them.
    if (own.length === 0) this.#sessions = [];
    else if (!stopped) for (const session of own) doubt(session, atMs);
    else if (atMs - stopped.startedMs >= tellingMs) {
      for (const session of own) if (session.lastSeenMs < stopped.startedMs) doubt(session, atMs);
    }
    return hostCount(before) === hostCount(this.#sessions) ? 'sessions' : 'hosts';
  }

  /** Ends the sessions whose time has come, and returns how many. */
  expire(nowMs: number): number {
    const before = this.#sessions.length;
    if (this.#sessions.some((session) => endOf(session) <= nowMs)) {
      this.#sessions = this.#sessions.filter((session) => endOf(session) > nowMs);
    }
    return before - this.#sessions.length;
  }

  /**
   * The session that a stop on `host` ends; one on another host where only that one can be meant, as
   * with proxies that share sessions. Undefined if there is none, or it isn't clear which.
   */
  #stoppedOn(host: string): UserSession | undefined {
    const own = this.#sessions.filter(isOwn);
    const here = own.filter((session) => this.#isOn(session, host));
    const [first] = own;
    const onOneHost = first && own.every((session) => this.#isOn(session, first.host));
    const meant = here.length > 0 ? here : onOneHost ? own : [];
    return meant.length > mostOfPerson ? meant[0] : meant.at(-1);
  }

  #newestOn(host: string): UserSession | undefined {
    return this.#sessions.findLast((session) => this.#isOn(session, host));
  }

  #isOn(session: UserSession, host: string): boolean {
    return this.#hosts.areOne(session.host, host);
  }

  #push(session: UserSession): void {
    this.#sessions.push(session);
    if (this.#sessions.length > mostSessions) this.#sessions.shift();
  }
}

const isOwn = (session: UserSession): boolean => session.origin !== 'elsewhere';

/** On how many hosts these are. */
const hostCount = (sessions: readonly UserSession[]): number =>
  new Set(sessions.map(({ host }) => host.toLowerCase())).size;

function see(session: UserSession, atMs: number): void {
  session.lastSeenMs = Math.max(session.lastSeenMs, atMs);
  session.endsAtMs = undefined;
  session.stored = undefined;
}

function doubt(session: UserSession, nowMs: number): void {
  const endsAtMs = Math.max(session.lastSeenMs + doubtfulAfterMs, nowMs + graceMs);
  session.endsAtMs = Math.min(session.endsAtMs ?? endsAtMs, endsAtMs);
}

function endOf({ lastSeenMs, endsAtMs = Number.POSITIVE_INFINITY }: UserSession): number {
  return Math.min(lastSeenMs + silentAfterMs, endsAtMs);
}
