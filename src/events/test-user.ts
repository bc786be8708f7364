import type { UserEvent } from './user-event.ts';

/** Who test events say they are: nobody whom a Sense server could know. */
export const testUser = { userDirectory: 'BLINKY', userId: 'test' } as const;

/** Whether it is a test event, which blinks and is posted, but is not of a real user. */
export function isTestEvent(event: Pick<UserEvent, 'userDirectory' | 'userId'>): boolean {
  return event.userDirectory === testUser.userDirectory && event.userId === testUser.userId;
}
