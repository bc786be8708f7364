import { z } from 'zod';
import { field, type SettingRemark, withRemarks } from './fields.ts';
import { isSettings, valueAt } from './raw-settings.ts';

/** A list of Qlik users: who is left out. */
export function users() {
  // Those of events have no blanks around them either.
  const user = z.object({
    directory: field(z.string().trim(), "a user directory, or '*' for every directory").describe(
      'The user directory.',
    ),
    userId: field(
      z.string().trim().min(1),
      "a user id, or '*' for everybody in the directory",
    ).describe('The user id. A * at the end stands for any characters.'),
  });
  const example = '{ directory: LAB, userId: goran }';
  const item = field(z.preprocess(wholeDirectory, user), `a list of users such as ${example}`);
  const list = z.array(item).transform((all) => all.filter(({ userId }) => userId !== nobody));
  const schema = field(list, `a list of users, each like - ${example}`).default([]);
  return withRemarks(schema, userRemarks);
}

/** In the place of an entry without values until all are checked; no user id has it. */
const nobody = '\0';

/**
 * `{ directory: INTERNAL }` means everybody there. Not with another key beside it, which may be
 * `userId` misspelt.
 */
function wholeDirectory(user: unknown): unknown {
  if (isWithoutValues(user)) return { directory: '', userId: nobody };
  const isAlone = isSettings(user) && Object.keys(user).join() === 'directory';
  return isAlone ? { ...user, userId: '*' } : user;
}

/** An entry that was never filled in, or of which every line is a comment. */
function isWithoutValues(user: unknown): boolean {
  const isEmpty = (value: unknown) => value === null || value === '';
  return user === null || (isSettings(user) && Object.values(user).every(isEmpty));
}

function userRemarks(users: unknown): readonly SettingRemark[] {
  if (!Array.isArray(users)) return [];
  return users.flatMap((user: unknown, index) => {
    if (isWithoutValues(user)) {
      return [{ path: [index], text: 'names nobody, so it is left out' }];
    }
    const directory = valueAt(user, ['directory']);
    const userId = valueAt(user, ['userId']) ?? '*';
    if (directory === '*' && userId === '*') {
      return [{ path: [index], text: 'excludes every user, so that no event is left' }];
    }
    const remarks: SettingRemark[] = [];
    for (const [key, value] of Object.entries({ directory, userId })) {
      const literal = typeof value === 'string' ? literalPart(key, value) : undefined;
      if (literal) remarks.push({ path: [index, key], text: literal });
    }
    return remarks;
  });
}

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
