/** Longer names are cut to this many characters. */
const mostCharacters = 40;

/** Makes a name from the network safe to log: removes control characters and direction marks. */
export function cleanName(name: string, most = mostCharacters): string {
  const clean = name.slice(0, 5 * most).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return [...clean].slice(0, most).join('');
}

/** The same, in quotation marks. */
export const shownName = (name: string): string => JSON.stringify(cleanName(name));
