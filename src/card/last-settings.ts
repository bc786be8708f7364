import { join } from 'node:path';
import type { Place, Step, Understood } from './plan.ts';

/** Where what is in force is kept, by its own place. */
const keptIn = { run: 'lastRun', credentials: 'lastCredentials' } as const satisfies Partial<
  Record<Place, Place>
>;
type KeptPlace = (typeof keptIn)[keyof typeof keptIn];

/**
 * Keeps what the parts put in force. At a start at which the card is not read in time, or this
 * program fails, it is in force again (systemd/last-settings): the defaults would let in whom the
 * settings keep out.
 */
export function keepForNextStart(parts: readonly Understood[]): readonly Understood[] {
  const steps = parts.flatMap((part) => part.steps);
  return Object.entries(keptIn).map(([place, kept]) => ({
    notes: [],
    steps: steps
      .filter((step) => step.place === place)
      .map((step): Step => ({ ...step, place: kept })),
  }));
}

/** The folders of these places, which `systemd/last-settings` knows by name. */
export function lastSettingsFolders(state: string): Readonly<Record<KeptPlace, string>> {
  return {
    lastRun: join(state, 'last-settings', 'blinky-card'),
    lastCredentials: join(state, 'last-settings', 'credstore'),
  };
}
