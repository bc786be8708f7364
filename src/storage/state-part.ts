import type { Part, PartTools } from '../appliance/part.ts';
import { memoryInUse } from './memory-in-use.ts';
import { StartGuard, type StartGuardOptions } from './start-guard.ts';
import { State } from './state.ts';

export interface StatePart extends Part<'state'> {
  readonly state: State;
}

export interface StartGuardPart extends Part<'start guard'> {
  readonly guard: StartGuard;
}

/**
 * The database on disk, and the guard that keeps it from making the program fail at every start.
 */
export function createStateParts(
  directory: string,
  tools: PartTools,
  namespaceOf: StartGuardOptions['namespaceOf'],
): { readonly state: StatePart; readonly guard: StartGuardPart } {
  const guard = new StartGuard({ directory, clock: tools.clock, memoryInUse, namespaceOf });
  const state = new State({ ...tools, directory, guard });
  return {
    state: { name: 'state', state, start: () => state.open(), stop: () => state.close() },
    guard: {
      name: 'start guard',
      guard,
      // The parts with stored data start before this one.
      start: () => guard.loaded(),
      stopTaking: () => guard.stopping(),
    },
  };
}
