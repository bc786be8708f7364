/** Lower-case letters and digits that can't be confused: no i, l, o, 0, 1. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Twelve of 31 characters: 59 bits. */
const groups = 3;
const groupCharacters = 4;

/**
 * Returns a password that is easy to copy from a screen, such as `k7dm-x2pa-q9ht`.
 * @param randomBytes returns that many unpredictable bytes
 */
export function newPassword(randomBytes: (count: number) => Uint8Array): string {
  // Skips bytes above the last multiple of the alphabet: they would favour its first letters.
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
