import type { UserEvent } from './user-event.ts';

export interface ExcludedUser {
  readonly directory: string;
  readonly userId: string;
}

/** Tells whether an event's user is on the list. Names compare without regard to case, as in Qlik. */
export function createUserFilter(
  excluded: readonly ExcludedUser[],
): (event: Pick<UserEvent, 'userDirectory' | 'userId'>) => boolean {
  if (excluded.length === 0) return () => false;
  const key = (directory: string, userId: string) =>
    JSON.stringify([directory.toLowerCase(), userId.toLowerCase()]);
  const keys = new Set(excluded.map(({ directory, userId }) => key(directory, userId)));
  return ({ userDirectory, userId }) => keys.has(key(userDirectory, userId));
}
