import type { Note } from './plan.ts';
import { withWindowsLineEnds } from './tidy-text.ts';

/** The file on the card that reports how its files were read. */
export const resultFile = 'result.txt';

const marks: Readonly<Record<Note['kind'], string>> = {
  wrong: 'PROBLEM  ',
  hint: 'note     ',
  fine: 'ok       ',
};

/** Returns the text of `result.txt`, problems first. The same notes give the same text. */
export function resultText(notes: readonly Note[], version: string): string {
  const faults = notes.filter(({ kind }) => kind === 'wrong').length;
  const summary =
    faults === 0
      ? 'No problems found.'
      : `${faults} ${faults === 1 ? 'problem' : 'problems'} found.`;
  const inOrder = (['wrong', 'fine', 'hint'] as const).flatMap((kind) =>
    notes.filter((note) => note.kind === kind),
  );
  return withWindowsLineEnds(
    [
      `How Blinky Light ${version} read this card at its last start. ${summary}`,
      '',
      ...inOrder.map(({ kind, text }) => `${marks[kind]}${text}`),
      '',
      'To change something, edit the file, put the card back and restart the Pi.',
      '',
    ].join('\n'),
  );
}
