/** Small letters and digits that nobody takes for another: no i, l, o, 0, 1. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Twelve of 31 characters: 59 bits. */
const groups = 3;
const groupCharacters = 4;

/**
 * A password that is easy to copy from a screen, such as `k7dm-x2pa-q9ht`.
 * @param randomBytes so many bytes that nobody can foresee
 */
export function newPassword(randomBytes: (count: number) => Uint8Array): string {
  // A byte past the last whole alphabet would make its first letters likelier.
  const fair = 256 - (256 % alphabet.length);
  let characters = '';
  while (characters.length < groups * groupCharacters) {
    for (const byte of randomBytes(32)) {
      if (byte < fair) characters += alphabet.charAt(byte % alphabet.length);
    }
  }
  return Array.from({ length: groups }, (_, group) =>
    characters.slice(group * groupCharacters, (group + 1) * groupCharacters),
  ).join('-');
}
