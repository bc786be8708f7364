/** A name is cut to so many characters. */
const mostCharacters = 40;

/** A name from the network, safe in a log line: without control characters and marks of direction. */
export function cleanName(name: string, most = mostCharacters): string {
  const clean = name.slice(0, 5 * most).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return [...clean].slice(0, most).join('');
}

/** The same between quotes. */
export const shownName = (name: string): string => JSON.stringify(cleanName(name));
