import type { CardFileName, CardText } from './card-files.ts';
import { hint, type Note, wrong } from './plan.ts';

/** What to do with a file that is meant for another one, and not read. */
export function unreadFile(
  { name, problem }: CardText,
  wanted: CardFileName,
  own: CardText | undefined,
): Note {
  if (problem !== undefined) {
    return hint(`${name} is not read, for it ${problem}. Name it ${wanted}`);
  }
  if (own) {
    return hint(
      `${name} is not read, because ${own.name} is. Fix: copy what you need into ${own.name}, then delete ${name}`,
    );
  }
  return hint(`${name} is not read. Fix: name it ${wanted}`);
}

/** Several files that may be meant for one that says nothing. */
export const severalMeant = (wanted: CardFileName, files: readonly CardText[]): Note =>
  wrong(
    `${files.map(({ name }) => name).join(', ')}: which of them is meant? Fix: copy the right one into ${wanted}, and delete the others`,
  );
