/** A public key in OpenSSH format (sshd(8), AUTHORIZED_KEYS FILE FORMAT), with the text before it. */
const publicKey =
  /^(?<before>(?:.*?\s)?)(?<type>[a-z\d-]+(?:@openssh\.com)?)\s+(?<key>AAAA[A-Za-z\d+/]{30,}={0,3})(?:\s|$)/;

/** Key types that Debian 13's SSH server accepts (ssh -Q key). */
const keyTypes = new Set([
  ...['ssh-ed25519', 'ssh-rsa', 'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
  ...['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
]);

/** Options before a key: `from="10.0.0.*",no-pty`. */
const options =
  /^(?:[a-z][a-z\d-]*(?:="(?:[^"\\]|\\.)*")?(?:,[a-z][a-z\d-]*(?:="(?:[^"\\]|\\.)*")?)*)?$/i;

/** Whether a line is a complete key that the SSH server accepts. */
export function isPublicKeyLine(line: string): boolean {
  const { before = '', type, key } = publicKey.exec(line)?.groups ?? {};
  if (type === undefined || key === undefined || !keyTypes.has(type)) return false;
  return options.test(before.trim()) && isComplete(type, key);
}

/** Joins keys that an editor or mail program has wrapped onto several lines. */
export function joinWrappedKeys<Line extends { readonly text: string }>(
  lines: readonly Line[],
): Line[] {
  const joined: Line[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (!line) continue;
    let whole = line.text;
    let next = index;
    while (isBeginning(whole) && !isPublicKeyLine(whole) && isFurtherPart(lines[next + 1]?.text)) {
      next += 1;
      whole += (isType(whole) ? ' ' : '') + lines[next]?.text;
    }
    if (isPublicKeyLine(whole)) index = next;
    joined.push(isPublicKeyLine(whole) ? { ...line, text: whole } : line);
  }
  return joined;
}

const isType = (text: string) => /^(?:sk-)?(?:ssh|ecdsa)-[a-z\d@.-]+$/.test(text);

const isBeginning = (text: string) =>
  isType(text) || /(?:^|\s)(?:sk-)?(?:ssh|ecdsa)-[a-z\d@.-]+\s+AAAA[A-Za-z\d+/]*$/.test(text);

const isFurtherPart = (text: string | undefined) =>
  text !== undefined && /^[A-Za-z\d+/]+={0,3}(?:\s|$)/.test(text) && !/^(ssh|ecdsa)-/.test(text);

/** Fields of a length and as many bytes each, the first of which is the type (RFC 4253, 6.6). */
function isComplete(type: string, key: string): boolean {
  const bytes = Buffer.from(key, 'base64');
  let first: string | undefined;
  let place = 0;
  while (place + 4 <= bytes.length) {
    const end = place + 4 + bytes.readUInt32BE(place);
    first ??= bytes.toString('latin1', place + 4, end);
    place = end;
  }
  return place === bytes.length && first === type;
}
