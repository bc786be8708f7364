import type { CardText } from './card-files.ts';
import { fine, hint, modes, type Note, type Step } from './plan.ts';
import { withWindowsLineEnds } from './tidy-text.ts';

/** The user that the image creates. */
export const imageUser = 'blinky';
/** The file on the state partition with the hash of that user's password. */
export const passwordHashFile = 'password-hash';
/** The file on the card with the password. */
export const passwordFile = 'password.txt';

export interface CardSignIn {
  readonly notes: readonly Note[];
  readonly steps: readonly Step[];
  /** The current hash; undefined if `blinky.yaml` has its own users and none was created. */
  readonly hash: string | undefined;
  /** A password created at this start. */
  readonly password: string | undefined;
}

export interface CardSignInOptions {
  /** The file that requests a new password, `new-password.txt`. */
  readonly request: CardText | undefined;
  /** Whether `blinky.yaml` has its own users. */
  readonly hasOwnUsers: boolean;
  readonly storedHash: string | undefined;
  readonly newPassword: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
}

/**
 * Creates the password of a new card, or a new one on request. It is written to the card before its
 * hash is stored: otherwise a power cut in between would leave a password that nobody knows.
 */
export async function understandSignIn(options: CardSignInOptions): Promise<CardSignIn> {
  const { request, hasOwnUsers, storedHash } = options;
  const unchanged = { steps: [], hash: storedHash, password: undefined };
  if (hasOwnUsers) {
    const notes = [fine('sign-in: users from blinky.yaml')];
    if (request)
      notes.push(
        hint(
          `${request.name}: ignored, because blinky.yaml has its own users. Fix: change a password there`,
        ),
      );
    return { ...unchanged, notes };
  }
  if (storedHash !== undefined && !request) {
    const text = `sign-in: user ${imageUser}, password as first written to ${passwordFile}`;
    return { ...unchanged, notes: [fine(text)] };
  }

  const password = options.newPassword();
  const hash = await options.hashPassword(password);
  const steps: Step[] = [
    { place: 'card', file: passwordFile, content: passwordText(password) },
    { place: 'state', file: passwordHashFile, content: hash, mode: modes.secret },
  ];
  if (request) steps.push({ place: 'card', file: request.name, content: undefined });
  const notes = [fine(`sign-in: user ${imageUser}, new password in ${passwordFile}`)];
  return { notes, steps, hash, password };
}

function passwordText(password: string): string {
  return withWindowsLineEnds(`User:     ${imageUser}
Password: ${password}

This Blinky Light generated this user and password. You need them to send test events and test
blinks from the page, and for MQTT clients that publish. Viewing the page doesn't require them.

Write the password down, and delete this file if other people can access the card. The password
stays valid. For a new one, put an empty file named new-password.txt on the card and restart the Pi.
`);
}
