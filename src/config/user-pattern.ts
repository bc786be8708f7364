/** Signs that mean something in regular expressions and are in no user id of a Windows domain. */
const regexSigns = /[[\](){}|^]|\\[dDwWsSbB.]|\.\*|\.\+/;

const howTo = "only * at the end stands for any characters, as in 'sa_*'";

/**
 * What of a pattern of `excludeUser` is taken literally though it looks as if more was meant, in
 * words; undefined for one that means what it says.
 */
export function literalPart(key: string, pattern: string): string | undefined {
  const shown = JSON.stringify(pattern.slice(0, 60));
  const fixed = pattern.replace(/\*$/, '');
  const signs = [
    ...(regexSigns.test(pattern) ? ['a regular expression'] : []),
    ...(fixed.includes('*') && !regexSigns.test(pattern) ? ['a * before the end'] : []),
    ...(fixed.includes('?') ? ['?'] : []),
    ...(fixed.includes('%') ? ['%'] : []),
  ];
  if (signs.length > 0) {
    return `${shown} is taken literally: ${signs.join(' and ')} has no meaning here. Fix: ${howTo}`;
  }
  if (key === 'userId' && /[\\/]/.test(fixed)) {
    return `${shown} is taken literally, as a user id with ${fixed.includes('\\') ? '\\' : '/'} in it. Fix: put the directory in directory, and only the user in userId`;
  }
  return undefined;
}
