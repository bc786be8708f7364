import type { UserEvent } from './user-event.ts';

/** Users whose events are ignored. A `*` at the end of either part matches any characters, or none. */
export interface ExcludedUser {
  readonly directory: string;
  readonly userId: string;
}

type User = Pick<UserEvent, 'userDirectory' | 'userId'>;

const wildcard = '*';

/** Tells whether an event's user is on the list. Names compare without regard to case, as in Qlik. */
export function createUserFilter(excluded: readonly ExcludedUser[]): (user: User) => boolean {
  if (excluded.length === 0) return () => false;
  const hasWildcard = ({ directory, userId }: ExcludedUser) =>
    directory.endsWith(wildcard) || userId.endsWith(wildcard);
  const keys = new Set(
    excluded
      .filter((user) => !hasWildcard(user))
      .map(({ directory, userId }) => keyOf(directory.toLowerCase(), userId.toLowerCase())),
  );
  const patterns = excluded.filter(hasWildcard).map(({ directory, userId }) => ({
    matchesDirectory: nameMatcher(directory),
    matchesUserId: nameMatcher(userId),
  }));
  return (user) => {
    const directory = user.userDirectory.toLowerCase();
    const userId = user.userId.toLowerCase();
    if (keys.has(keyOf(directory, userId))) return true;
    return patterns.some(
      ({ matchesDirectory, matchesUserId }) => matchesDirectory(directory) && matchesUserId(userId),
    );
  };
}

const keyOf = (directory: string, userId: string): string => JSON.stringify([directory, userId]);

/** @returns a test for names in lower case */
function nameMatcher(pattern: string): (name: string) => boolean {
  const wanted = pattern.toLowerCase();
  if (!wanted.endsWith(wildcard)) return (name) => name === wanted;
  const beginning = wanted.slice(0, -wildcard.length);
  return (name) => name.startsWith(beginning);
}
