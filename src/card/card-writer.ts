import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writer } from './apply.ts';
import { type Folders, remount, takeStep } from './folders.ts';
import type { Step } from './plan.ts';

export interface CardWriter extends Writer {
  /** Writes the last file, then makes the card read-only again. */
  close(last: Step): void;
}

/**
 * Executes only steps that change something. If asked to, it mounts the card for writing before the
 * first change. A card that isn't written to doesn't wear out, and survives power cuts.
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
    // Missing or damaged: it is written again.
    return undefined;
  }
}
