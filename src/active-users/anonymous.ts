import type { UserEvent } from '../events/user-event.ts';

/** The name under which all anonymous users appear together. */
export const anonymousUser = { userDirectory: 'NONE', userId: 'anonymous' } as const;

/**
 * Whether this is a visitor whom Qlik Sense did not ask for a name: `NONE\anonymous<guid>`, with a new
 * GUID at each visit (Qlik's support article 000005452).
 */
export function isAnonymous({
  userDirectory,
  userId,
}: Pick<UserEvent, 'userDirectory' | 'userId'>): boolean {
  return (
    userDirectory.toUpperCase() === anonymousUser.userDirectory &&
    userId.slice(0, anonymousUser.userId.length).toLowerCase() === anonymousUser.userId
  );
}
