import type { UserEvent } from '../events/user-event.ts';
import { type Clock, createTimeReader } from '../platform/clock.ts';

/**
 * Makes the function that says when an event was received, on the monotonic clock: the time of day
 * may jump. What waited at another broker is as old as its time says.
 */
export function createEventTimes(
  clock: Clock,
  timeIsKnown: () => boolean,
): (event: UserEvent) => number {
  const read = createTimeReader();
  let lastText: string | undefined;
  let lastMs = 0;
  return (event) => {
    if (event.timeUnknown || !timeIsKnown()) return clock.monotonicMs();
    if (event.receivedAt !== lastText) {
      lastText = event.receivedAt;
      const ageMs = Math.max(0, clock.now().getTime() - read(lastText));
      lastMs = clock.monotonicMs() - ageMs;
    }
    return lastMs;
  };
}
