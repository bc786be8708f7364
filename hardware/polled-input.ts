import type { Clock } from '../src/platform/clock.ts';
import type { InputPin } from './pins.ts';

/** How often the level is read, ms: well within the 30 ms in which a button settles. */
export const pollMs = 20;

/**
 * An input of a driver without edge detection: reads the level every `pollMs`. Shorter changes are
 * missed.
 */
export function polledInput(
  pin: Pick<InputPin, 'read' | 'release'>,
  clock: Pick<Clock, 'schedule'>,
): InputPin {
  let cancel = () => {};
  return {
    read: pin.read,
    watch: (onEdge, onFailure) => {
      let last = pin.read();
      const look = () => {
        try {
          const level = pin.read();
          cancel = clock.schedule(pollMs, look);
          if (level === last) return;
          last = level;
        } catch (error) {
          onFailure(error);
          return;
        }
        onEdge();
      };
      cancel = clock.schedule(pollMs, look);
    },
    release: () => {
      cancel();
      pin.release();
    },
  };
}
