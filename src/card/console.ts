import { imageUser, passwordFile } from './card-sign-in.ts';
import type { Note } from './plan.ts';

/** The file above the login prompt (agetty(8)): it must end `.issue`. */
export const issueFile = '50-blinky.issue';

/** What a screen on the Pi shows: where the page is, the new password, and what to mend. */
export function issueText(
  notes: readonly Note[],
  password: string | undefined,
  hostName: string,
): string {
  const lines = [
    '',
    'Blinky Light',
    // agetty puts the address of an interface here.
    `Page:     http://${hostName}.local/   (this Pi: \\4)`,
    ...(password
      ? [`User:     ${imageUser}`, `Password: ${password}   (also in ${passwordFile} on the card)`]
      : []),
    ...notes.filter(({ kind }) => kind === 'wrong').map(({ text }) => `To mend:  ${plain(text)}`),
    '',
    '',
  ];
  return lines.join('\n');
}

/** agetty would take a backslash for the beginning of an escape. */
const plain = (text: string): string => text.replaceAll('\\', '\\\\');
