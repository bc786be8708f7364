import type { CardText } from './card-files.ts';
import { fine, modes, type Note, type Step, type Understood, wrong } from './plan.ts';
import { straightQuotes } from './tidy-text.ts';

/** The file on the state partition, and for the SSH server. */
export const sshKeysFile = 'authorized_keys';

/** A public key as OpenSSH writes it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
const publicKey =
  /(?:^|\s)(?:sk-)?(?:ssh|ecdsa)-[a-z\d-]+(?:@openssh\.com)?\s+(AAAA[A-Za-z\d+/]{30,}={0,3})(?:\s|$)/;

/**
 * What `authorized_keys` means: with a key in it, SSH is on.
 * @param stored content of the file on the state partition
 */
export function understandSshKeys(
  file: CardText | undefined,
  stored: string | undefined,
): Understood {
  if (!file) return { notes: [], steps: [inForce(stored || undefined)] };
  const lines = straightQuotes(file.text)
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  const keys = lines.filter(({ text }) => publicKey.test(text));
  const notes = mistakesIn(file, lines);

  if (keys.length === 0) {
    const steps: Step[] =
      stored === undefined ? [] : [{ place: 'state', file: sshKeysFile, content: undefined }];
    return {
      notes: [...notes, fine(`${file.name}: no key, so SSH is off`)],
      steps: [inForce(undefined), ...steps],
    };
  }
  const content = `${keys.map(({ text }) => text).join('\n')}\n`;
  const count = keys.length === 1 ? 'one key' : `${keys.length} keys`;
  return {
    notes: [...notes, fine(`${file.name}: ${count}, so SSH is on`)],
    steps: [
      inForce(content),
      ...(content === stored ? [] : [{ ...inForce(content), place: 'state' as const }]),
    ],
  };
}

function mistakesIn(
  { name, text }: CardText,
  lines: readonly { readonly text: string; readonly line: number }[],
): Note[] {
  if (/PRIVATE KEY-----|PuTTY-User-Key-File/.test(text)) {
    return [
      wrong(
        `${name}: this is a private key, which must never leave your computer. Take it off the card, make a new pair, and put the file here that ends .pub`,
      ),
    ];
  }
  if (/BEGIN SSH2 PUBLIC KEY/.test(text)) {
    return [
      wrong(
        `${name}: this is a public key in another layout. Copy it from the box "Public key for pasting into OpenSSH authorized_keys file" of PuTTYgen`,
      ),
    ];
  }
  return lines
    .filter(({ text: content }) => !publicKey.test(content))
    .map(({ line }) =>
      wrong(
        `${name}, line ${line}: this is no public key. A key is one long line that begins ssh-ed25519 or ssh-rsa`,
      ),
    );
}

const inForce = (content: string | undefined): Step => ({
  place: 'run',
  file: sshKeysFile,
  content,
  mode: modes.open,
});
