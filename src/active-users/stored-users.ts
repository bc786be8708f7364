import { z } from 'zod';
import type { ActiveUser } from './active-users.ts';
import type { StoredTimes, UserSession } from './user-sessions.ts';

/** The key under which version 1.0.0 kept all users. */
export const formerKey = 'users';
/** The key of the hosts that share sessions. */
export const hostsKey = 'shared-hosts';
/** What the keys of users begin with. */
const keyPrefix = 'user/';

const atLeast1970 = z.number().min(0);

/** One user, with times of day in ms since 1970; without a time where the machine had none. */
const storedUser = z.object({
  userDirectory: z.string(),
  userId: z.string().min(1),
  source: z.string(),
  sessions: z
    .array(
      z.object({
        host: z.string(),
        origin: z.enum(['started', 'implied', 'elsewhere']).default('started'),
        /** Left out where it is the same as `lastSeenMs`. */
        startedMs: atLeast1970.optional(),
        lastSeenMs: atLeast1970.optional(),
        endsAtMs: atLeast1970.optional(),
      }),
    )
    .min(1),
});
export type StoredUser = z.output<typeof storedUser>;
type UserToStore = z.input<typeof storedUser>;

/** As version 1.0.0 kept them: one entry for each user and host. */
const formerUsers = z.array(
  z.object({
    host: z.string(),
    userDirectory: z.string(),
    userId: z.string(),
    sessions: z.int().min(1),
    implied: z.boolean(),
    lastSeenMs: z.number().optional(),
  }),
);

/** More sessions of one user are not believed. */
const mostFormerSessions = 100;

/** The key in the database of the user with this key in memory. */
export const storedKeyOf = (key: string): string => keyPrefix + key;

/** The key in memory of a user stored under this one. */
export const keyOfStored = (storedKey: string): string => storedKey.slice(keyPrefix.length);

/** Whether a key in the database is that of a user. */
export const isUserKey = (storedKey: string): boolean => storedKey.startsWith(keyPrefix);

/** Reads one user. Throws what zod or `JSON.parse` throws. */
export const readUser = (text: string): StoredUser => storedUser.parse(JSON.parse(text));

/**
 * Reads what version 1.0.0 kept. It knew one time for all sessions of a user on a host, which
 * others' lost stops may have kept alive: that time is taken for each.
 */
export function readFormerUsers(text: string): StoredUser[] {
  return formerUsers.parse(JSON.parse(text)).map((former) => {
    const { host, userDirectory, userId, implied } = former;
    const times = former.lastSeenMs === undefined ? {} : timesOf(former.lastSeenMs);
    const session = { host, origin: implied ? 'implied' : 'started', ...times } as const;
    const count = Math.min(former.sessions, mostFormerSessions);
    return { userDirectory, userId, source: '', sessions: Array(count).fill(session) };
  });
}

const timesOf = (lastSeenMs: number) => ({
  startedMs: Math.max(0, lastSeenMs),
  lastSeenMs: Math.max(0, lastSeenMs),
});

const sharedHosts = z.array(z.tuple([z.string(), z.string(), z.number()]));

/** Reads which hosts share sessions. Throws what zod or `JSON.parse` throws. */
export const readSharedHosts = (text: string) => sharedHosts.parse(JSON.parse(text));

/**
 * A user as it is stored.
 * @param toTimeOfDay makes a time of day of a session's times; undefined while it is not known
 */
export function writeUser(
  user: ActiveUser,
  toTimeOfDay: ((ms: number) => number) | undefined,
): string {
  const { userDirectory, userId, source } = user;
  const sessions = user.sessions.all.map((session) => {
    const times = session.stored ?? (toTimeOfDay && timesOfDay(session, toTimeOfDay));
    return {
      host: session.host,
      origin: session.origin === 'started' ? undefined : session.origin,
      startedMs: times?.startedMs === times?.lastSeenMs ? undefined : times?.startedMs,
      lastSeenMs: times?.lastSeenMs,
      endsAtMs: times?.endsAtMs,
    };
  });
  return JSON.stringify({ userDirectory, userId, source, sessions } satisfies UserToStore);
}

function timesOfDay(session: UserSession, toTimeOfDay: (ms: number) => number): StoredTimes {
  const { startedMs, lastSeenMs, endsAtMs } = session;
  const timeOfDay = (ms: number) => Math.max(0, toTimeOfDay(ms));
  return {
    startedMs: timeOfDay(startedMs),
    lastSeenMs: timeOfDay(lastSeenMs),
    endsAtMs: endsAtMs === undefined ? undefined : timeOfDay(endsAtMs),
  };
}
