import { type CardText, isUntouched } from './card-files.ts';
import { fine, hint, modes, type Note, type Step, type Understood, wrong } from './plan.ts';
import { isPublicKeyLine, joinWrappedKeys } from './public-key.ts';
import { straightQuotes, unquoted, withWindowsLineEnds } from './tidy-text.ts';
import { unreadFile } from './unread-files.ts';

/** The file on the state partition, and for the SSH server. */
export const sshKeysFile = 'authorized_keys';

/**
 * Interprets `authorized_keys`: with a key, SSH is on; with only comments, off. While the file has
 * problems, stored keys are kept.
 * @param stored content of the file on the state partition
 * @param others files that may be meant for it: their keys are used if the file itself is unchanged
 */
export function understandSshKeys(
  file: CardText | undefined,
  stored: string | undefined,
  others: readonly CardText[] = [],
): Understood {
  const isUnwritten = !file || isUntouched(file, sshKeysFile);
  const found = isUnwritten ? others.filter((other) => keysIn(other).length > 0) : [];
  if (found.length > 0) {
    return file && stored !== undefined ? takenAway(file, found) : copied(found, stored);
  }
  const about = file ? understandOwn(file, stored) : withoutFile(stored);
  const keys = new Set(file ? keysIn(file) : []);
  const unread = others
    .filter((other) => other.problem !== undefined || keysIn(other).some((key) => !keys.has(key)))
    .map((other) => unreadFile(other, sshKeysFile, file));
  return { notes: [...about.notes, ...unread], steps: about.steps };
}

const withoutFile = (stored: string | undefined): Understood => ({
  notes: [],
  steps: [inForce(stored || undefined)],
});

function understandOwn(file: CardText, stored: string | undefined): Understood {
  const keys = keysIn(file);
  const mistakes = mistakesIn(file);
  if (mistakes.length > 0) return withMistakes(file, keys, mistakes, stored);
  if (keys.length === 0) {
    const steps: Step[] =
      stored === undefined ? [] : [{ place: 'state', file: sshKeysFile, content: undefined }];
    return {
      notes: [fine(`${file.name}: no key, so SSH is off`)],
      steps: [inForce(undefined), ...steps],
    };
  }
  return { notes: [switchedOn(file.name, keys)], steps: kept(keys, stored) };
}

function withMistakes(
  { name }: CardText,
  keys: readonly string[],
  mistakes: readonly Note[],
  stored: string | undefined,
): Understood {
  const before = linesOf(stored);
  const all = [...new Set([...keys, ...before])];
  const notes = [...mistakes];
  if (keys.length > 0) notes.push(switchedOn(name, keys));
  if (before.some((key) => !keys.includes(key))) {
    notes.push(
      hint(
        `${name}: the stored keys stay valid until this is fixed. To switch SSH off, empty the file`,
      ),
    );
  }
  if (all.length === 0) notes.push(fine(`${name}: no key, so SSH is off`));
  return { notes, steps: all.length === 0 ? [inForce(undefined)] : kept(all, stored) };
}

/**
 * The original template removes stored keys. It is changed then, so that the other files don't bring
 * them back at the next start.
 */
function takenAway({ name }: CardText, found: readonly CardText[]): Understood {
  return {
    notes: [
      fine(`${name}: no key, so SSH is off`),
      ...found.map((other) => unreadFile(other, sshKeysFile, { name, text: '' })),
    ],
    steps: [
      inForce(undefined),
      { place: 'state', file: sshKeysFile, content: undefined },
      { place: 'card', file: name, content: withWindowsLineEnds(switchedOffText) },
    ],
  };
}

const switchedOffText = `# SSH was switched off, because this file had no key. To switch it on, paste your public key below, as
# one line that starts with ssh-ed25519 or ssh-rsa (from the .pub file on your computer).
`;

/** Copies keys of other files into the file itself, where the user can see and delete them. */
function copied(found: readonly CardText[], stored: string | undefined): Understood {
  const keys = [...new Set([...found.flatMap(keysIn), ...linesOf(stored)])];
  const names = found.map(({ name }) => name).join(', ');
  const content = withWindowsLineEnds(
    `# SSH is on for the owners of these keys. To switch it off, delete their lines.\n${keys.join('\n')}\n`,
  );
  return {
    notes: [
      ...found.flatMap(mistakesIn),
      switchedOn(names, keys),
      hint(`${names}: copied to ${sshKeysFile}. From now on, make changes there`),
    ],
    steps: [...kept(keys, stored), { place: 'card', file: sshKeysFile, content }],
  };
}

const switchedOn = (name: string, keys: readonly string[]): Note =>
  fine(`${name}: ${keys.length === 1 ? 'one key' : `${keys.length} keys`}, so SSH is on`);

/** @param stored what the state partition has now */
function kept(keys: readonly string[], stored: string | undefined): Step[] {
  const content = `${keys.join('\n')}\n`;
  return [
    inForce(content),
    ...(content === stored ? [] : [{ ...inForce(content), place: 'state' as const }]),
  ];
}

const linesOf = (stored: string | undefined) => (stored ?? '').split('\n').filter(Boolean);

interface Line {
  readonly text: string;
  readonly line: number;
}

function writtenLines({ text: content }: CardText): Line[] {
  const lines = straightQuotes(content)
    .split('\n')
    .map((text, index) => ({ text: unquoted(text), line: index + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  return joinWrappedKeys(lines);
}

/** Returns the public keys in an arbitrary file. */
export function keysIn(file: CardText): string[] {
  if (file.problem !== undefined) return [];
  return writtenLines(file)
    .map(({ text }) => text)
    .filter(isPublicKeyLine);
}

/** Whether a file contains a private key. */
export const hasPrivateKey = ({ text }: CardText): boolean =>
  /PRIVATE KEY-----|PuTTY-User-Key-File/.test(text);

function mistakesIn(file: CardText): Note[] {
  const { name, text, problem } = file;
  if (problem !== undefined) return [wrong(`${name} ${problem}`)];
  if (hasPrivateKey(file)) {
    return [
      wrong(
        `${name}: this is a private key, which must never leave your computer. Fix: delete it from the card, create a new key pair, and copy the file that ends with .pub here`,
      ),
    ];
  }
  if (/BEGIN SSH2 PUBLIC KEY/.test(text)) {
    return [
      wrong(
        `${name}: this public key has another format. Fix: copy it from the box "Public key for pasting into OpenSSH authorized_keys file" of PuTTYgen`,
      ),
    ];
  }
  return writtenLines(file)
    .filter(({ text: content }) => !isPublicKeyLine(content))
    .map(({ text: content, line }) => wrong(`${name}, line ${line}: ${mistakeOf(content)}`));
}

function mistakeOf(text: string): string {
  const [, before = ''] =
    /^(.*?)(?:sk-)?(?:ssh|ecdsa)-[a-z\d-]+(?:@openssh\.com)?\s+AAAA/.exec(text) ?? [];
  if (before.trim() !== '' && isPublicKeyLine(text.slice(before.length))) {
    return 'there is text before the key. Fix: start the line with ssh-ed25519 or ssh-rsa';
  }
  if (/^ssh-dss\s/.test(text)) {
    return 'SSH no longer accepts keys of this type (DSA). Fix: create a new one with ssh-keygen -t ed25519';
  }
  if (/(?:ssh|ecdsa)-[a-z\d@.-]+\s+AAAA/.test(text)) {
    return 'this key is incomplete. Fix: copy the whole line from the file that ends with .pub';
  }
  return 'this is not a public key. A key is one long line that starts with ssh-ed25519 or ssh-rsa';
}

const inForce = (content: string | undefined): Step => ({
  place: 'run',
  file: sshKeysFile,
  content,
  mode: modes.open,
});
