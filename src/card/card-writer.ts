import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writer } from './apply.ts';
import { type Folders, remount, takeStep } from './folders.ts';
import type { Step } from './plan.ts';

export interface CardWriter extends Writer {
  /** Writes the last file of the card, and lets nobody write any more. */
  close(last: Step): void;
}

/**
 * Takes steps that change something; before the first one on the card it mounts it for writing, if
 * that is asked for. A card that is not written can't be worn out, nor damaged by a power cut.
 */
export function openCard(folders: Folders, remounts: boolean): CardWriter {
  let isOpen = !remounts;
  const take = (step: Step) => {
    if (contentOf(join(folders[step.place], step.file)) === step.content) return;
    if (step.place === 'card' && !isOpen) {
      remount(folders.card, 'rw');
      isOpen = true;
    }
    takeStep(step, folders);
  };
  return {
    take,
    close: (last) => {
      try {
        take(last);
      } finally {
        if (remounts && isOpen) remount(folders.card, 'ro');
      }
    },
  };
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there yet, or damaged: it is written anew.
    return undefined;
  }
}
