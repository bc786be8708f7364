import type { CardText } from './card-files.ts';
import { fine, hint, modes, type Note, type Step } from './plan.ts';
import { withWindowsLineEnds } from './tidy-text.ts';

/** The user that the image makes, of the broker and the page. */
export const imageUser = 'blinky';
/** The file on the state partition with the hash of that user's password. */
export const passwordHashFile = 'password-hash';
/** The file on the card with the password. */
export const passwordFile = 'password.txt';

export interface CardSignIn {
  readonly notes: readonly Note[];
  readonly steps: readonly Step[];
  /** The hash in force; undefined where `blinky.yaml` has users of its own and none was made. */
  readonly hash: string | undefined;
  /** A password that was made just now. */
  readonly password: string | undefined;
}

export interface CardSignInOptions {
  /** The file that asks for a new password, `new-password.txt`. */
  readonly request: CardText | undefined;
  /** Whether `blinky.yaml` says who may sign in. */
  readonly hasOwnUsers: boolean;
  readonly storedHash: string | undefined;
  readonly newPassword: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
}

/**
 * Makes the password of a new card, or another one when asked to. It is on the card before its
 * hash is kept: were the power to fail in between, nobody would know the password in force.
 */
export async function understandSignIn(options: CardSignInOptions): Promise<CardSignIn> {
  const { request, hasOwnUsers, storedHash } = options;
  const unchanged = { steps: [], hash: storedHash, password: undefined };
  if (hasOwnUsers) {
    const notes = [fine('sign-in: with the users in blinky.yaml')];
    if (request) notes.push(hint(`${request.name}: no password was made, for those have theirs`));
    return { ...unchanged, notes };
  }
  if (storedHash !== undefined && !request) {
    const text = `sign-in: user ${imageUser}, with the password that was in ${passwordFile} when it was made`;
    return { ...unchanged, notes: [fine(text)] };
  }

  const password = options.newPassword();
  const hash = await options.hashPassword(password);
  const steps: Step[] = [
    { place: 'card', file: passwordFile, content: passwordText(password) },
    { place: 'state', file: passwordHashFile, content: hash, mode: modes.secret },
  ];
  if (request) steps.push({ place: 'card', file: request.name, content: undefined });
  const notes = [fine(`sign-in: user ${imageUser}, with the new password in ${passwordFile}`)];
  return { notes, steps, hash, password };
}

function passwordText(password: string): string {
  return withWindowsLineEnds(`User:     ${imageUser}
Password: ${password}

This is the sign-in of this one Blinky Light, made at its first start. You need it on the page for
test events and test blinks, and for MQTT clients that publish. To look, nobody needs it.

Write it down, and delete this file if others can get at the card: the password stays in force.
For a new one, put an empty file named new-password.txt on the card and start the Pi again.
`);
}
