import type { UserEvent } from './user-event.ts';

/** Who test events say they are: nobody whom a Sense server could know. */
export const testUser = { userDirectory: 'BLINKY', userId: 'test' } as const;

/** Whether an event was sent to try the appliance: it lights and posts, but stands for nobody. */
export function isTestEvent(event: Pick<UserEvent, 'userDirectory' | 'userId'>): boolean {
  return event.userDirectory === testUser.userDirectory && event.userId === testUser.userId;
}
