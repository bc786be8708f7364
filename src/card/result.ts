import type { Note } from './plan.ts';
import { withWindowsLineEnds } from './tidy-text.ts';

/** The file on the card that tells what was understood. */
export const resultFile = 'result.txt';

const marks: Readonly<Record<Note['kind'], string>> = {
  wrong: 'TO MEND  ',
  hint: 'note     ',
  fine: 'ok       ',
};

/** Text of `result.txt`: what to mend first. The same notes give the same text. */
export function resultText(notes: readonly Note[], version: string): string {
  const faults = notes.filter(({ kind }) => kind === 'wrong').length;
  const summary = faults === 0 ? 'Nothing is wrong.' : `To mend: ${faults}.`;
  const inOrder = (['wrong', 'fine', 'hint'] as const).flatMap((kind) =>
    notes.filter((note) => note.kind === kind),
  );
  return withWindowsLineEnds(
    [
      `What Blinky Light ${version} understood at its last start. ${summary}`,
      '',
      ...inOrder.map(({ kind, text }) => `${marks[kind]}${text}`),
      '',
      'To change something, change the file, put the card back, and start the Pi again.',
      '',
    ].join('\n'),
  );
}
