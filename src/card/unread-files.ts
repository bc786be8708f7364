import type { CardFileName, CardText } from './card-files.ts';
import { hint, type Note, wrong } from './plan.ts';

/** The note on a file that is meant for another one and is not read. */
export function unreadFile(
  { name, problem }: CardText,
  wanted: CardFileName,
  own: CardText | undefined,
): Note {
  if (problem !== undefined) {
    return hint(`${name} is ignored: it ${problem}. Then rename it to ${wanted}`);
  }
  if (own) {
    return hint(
      `${name} is ignored, because ${own.name} is used. Fix: copy what you need to ${own.name}, then delete ${name}`,
    );
  }
  return hint(`${name} is ignored. Fix: rename it to ${wanted}`);
}

/** The note on several files that may be meant for one that is empty. */
export const severalMeant = (wanted: CardFileName, files: readonly CardText[]): Note =>
  wrong(
    `${files.map(({ name }) => name).join(', ')}: unclear which one to use. Fix: copy the right one to ${wanted} and delete the others`,
  );
