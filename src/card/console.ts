import { imageUser, passwordFile } from './card-sign-in.ts';
import type { Note } from './plan.ts';

/** The file above the login prompt (agetty(8)): its name must end with `.issue`. */
export const issueFile = '50-blinky.issue';

/** Returns the text on the Pi's screen: address of the page, new password, and problems. */
export function issueText(
  notes: readonly Note[],
  password: string | undefined,
  hostName: string,
): string {
  const lines = [
    '',
    'Blinky Light',
    // agetty replaces \4 with the IPv4 address.
    `Page:     http://${hostName}.local/   (this Pi: \\4)`,
    ...(password
      ? [`User:     ${imageUser}`, `Password: ${password}   (also in ${passwordFile} on the card)`]
      : []),
    ...notes.filter(({ kind }) => kind === 'wrong').map(({ text }) => `Problem:  ${plain(text)}`),
    '',
    '',
  ];
  return lines.join('\n');
}

/** Doubles backslashes, which agetty reads as escapes. */
const plain = (text: string): string => text.replaceAll('\\', '\\\\');
