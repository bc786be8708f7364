import { messageOf } from '../platform/errors.ts';
import type { Note, Step, Understood } from './plan.ts';
import { wrong } from './plan.ts';

/** Executes steps. */
export interface Writer {
  /** @throws Error with the system's message */
  take(step: Step): void;
}

/**
 * Executes the steps of every part in order. If one fails, the rest of that part is left for the next
 * start. Returns all notes, including those about failures.
 */
export function applyParts(parts: readonly Understood[], writer: Writer): readonly Note[] {
  return parts.flatMap(({ notes, steps }) => {
    const failures: Note[] = [];
    for (const step of steps) {
      try {
        writer.take(step);
      } catch (error) {
        failures.push(wrong(failureText(step, error)));
        break;
      }
    }
    return [...notes, ...failures];
  });
}

function failureText({ place, file }: Step, error: unknown): string {
  const where = place === 'card' ? `${file} on the card` : `${file} (${place})`;
  const reason = messageOf(error);
  return `could not write ${where}: ${reason}. The card may be full, write-protected or worn out`;
}
