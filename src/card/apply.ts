import { messageOf } from '../platform/errors.ts';
import type { Note, Step, Understood } from './plan.ts';
import { wrong } from './plan.ts';

/** Takes steps on the card only while it can be written. */
export interface Writer {
  /** Throws what the system says. */
  take(step: Step): void;
}

/**
 * Takes the steps of every part in order. Where one fails, the rest of that part is left for the
 * next start. Returns all notes, those on failures among them.
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
  return `${where} could not be written: ${reason}. The card may be full, locked or worn out`;
}
