import { z } from 'zod';
import { field, type SettingRemark, withRemarks } from './fields.ts';
import { isSettings, valueAt } from './raw-settings.ts';

/** A list of Qlik users to exclude. */
export function users() {
  // Events have no blanks around these either.
  const user = z.object({
    directory: field(z.string().trim(), "a user directory, or '*' for every directory").describe(
      'The user directory.',
    ),
    userId: field(
      z.string().trim().min(1),
      "a user id, or '*' for everyone in the directory",
    ).describe('The user id. A * at the end stands for any characters.'),
  });
  const example = '{ directory: LAB, userId: goran }';
  const item = field(z.preprocess(wholeDirectory, user), `a list of users such as ${example}`);
  const list = z.array(item).transform((all) => all.filter(({ userId }) => userId !== nobody));
  const schema = field(list, `a list of users, each like - ${example}`).default([]);
  return withRemarks(schema, userRemarks);
}

/** Marks an entry without values until all are checked; no user ID contains it. */
const nobody = '\0';

/**
 * Makes `{ directory: INTERNAL }` mean everyone in it, unless there is another key, which may be a
 * misspelt `userId`.
 */
function wholeDirectory(user: unknown): unknown {
  if (isWithoutValues(user)) return { directory: '', userId: nobody };
  const isAlone = isSettings(user) && Object.keys(user).join() === 'directory';
  return isAlone ? { ...user, userId: '*' } : user;
}

/** Whether an entry was never filled in, or has only comments. */
function isWithoutValues(user: unknown): boolean {
  const isEmpty = (value: unknown) => value === null || value === '';
  return user === null || (isSettings(user) && Object.values(user).every(isEmpty));
}

function userRemarks(users: unknown): readonly SettingRemark[] {
  if (!Array.isArray(users)) return [];
  return users.flatMap((user: unknown, index) => {
    if (isWithoutValues(user)) {
      return [{ path: [index], text: 'has no user and is ignored' }];
    }
    const directory = valueAt(user, ['directory']);
    const userId = valueAt(user, ['userId']) ?? '*';
    if (directory === '*' && userId === '*') {
      return [{ path: [index], text: 'excludes all users, so Blinky ignores every event' }];
    }
    const remarks: SettingRemark[] = [];
    for (const [key, value] of Object.entries({ directory, userId })) {
      const literal = typeof value === 'string' ? literalPart(key, value) : undefined;
      if (literal) remarks.push({ path: [index, key], text: literal });
    }
    return remarks;
  });
}

/** Characters with a meaning in regular expressions that no user ID of a Windows domain has. */
const regexSigns = /[[\](){}|^]|\\[dDwWsSbB.]|\.\*|\.\+/;

const howTo = "use * at the end only, as in 'sa_*'";

/**
 * Explains which part of an `excludeUser` pattern is matched literally although it looks like a
 * wildcard; undefined if there is none.
 */
export function literalPart(key: string, pattern: string): string | undefined {
  const shown = JSON.stringify(pattern.slice(0, 60));
  const fixed = pattern.replace(/\*$/, '');
  const signs = [
    ...(regexSigns.test(pattern) ? ['regular expressions'] : []),
    ...(fixed.includes('*') && !regexSigns.test(pattern) ? ['* before the end'] : []),
    ...(fixed.includes('?') ? ['?'] : []),
    ...(fixed.includes('%') ? ['%'] : []),
  ];
  if (signs.length > 0) {
    return `${shown} is matched literally: Blinky doesn't support ${signs.join(' or ')} here. Fix: ${howTo}`;
  }
  if (key === 'userId' && /[\\/]/.test(fixed)) {
    return `${shown} is matched literally, including the ${fixed.includes('\\') ? '\\' : '/'}. Fix: put the directory in directory and only the user in userId`;
  }
  return undefined;
}
