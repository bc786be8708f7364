import type { UserEvent } from './user-event.ts';

/**
 * The event without who it was: for those who may know that something happened, but not to whom.
 * The message goes too, for Qlik writes the user into it.
 */
export function withoutPersonalData(event: UserEvent): UserEvent {
  return { ...event, userDirectory: '', userId: '', message: '' };
}
