import { join } from 'node:path';
import type { Place, Step, Understood } from './plan.ts';

/** Where the current settings are kept, by their own place. */
const keptIn = { run: 'lastRun', credentials: 'lastCredentials' } as const satisfies Partial<
  Record<Place, Place>
>;
type KeptPlace = (typeof keptIn)[keyof typeof keptIn];

/**
 * Keeps a copy of the current settings. If the card can't be read in time at a later start, or this
 * program fails, the copy is used (systemd/last-settings): the defaults would give access to people
 * whom the settings deny it.
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
