import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readUserList, unlisted } from '../../../../src/web/page/user-list.js';

const list = (names: readonly string[], more: object = {}) =>
  JSON.stringify({
    users: names.map((name) => {
      const [userDirectory, userId] = name.split('/');
      return { userDirectory, userId };
    }),
    ...more,
  });

describe('the active users on the page', () => {
  test('with their directories, sorted', () => {
    const { users } = readUserList(list(['LAB/goran', 'HQ/goran', 'HQ/Anna']));
    assert.deepEqual(
      users.map(({ userDirectory, userId }) => `${userDirectory}/${userId}`),
      ['HQ/Anna', 'HQ/goran', 'LAB/goran'],
    );
  });

  test('how many are not shown: neither those without a name, nor fewer than none', () => {
    const users = readUserList(list(['LAB/a', 'LAB/b', 'LAB/c'], { anonymous: 6000 }));
    assert.equal(users.anonymous, 6000);
    assert.equal(unlisted(users, 6003, 3), 0);
    assert.equal(unlisted(users, 6003, 2), 1);
    assert.equal(unlisted(users, 6010, 3), 7);
    assert.equal(unlisted(users, 2, 3), 0);
  });

  test('names that are kept back leave the counts', () => {
    const users = readUserList('{"count":5,"anonymous":2,"users":[]}');
    assert.equal(unlisted(users, 5, 0), 3);
  });

  for (const payload of ['', 'x', 'null', '[]', '["goran"]', '{"users":7,"anonymous":"x"}']) {
    test(`nobody in ${JSON.stringify(payload)}`, () => {
      assert.deepEqual(readUserList(payload), { users: [], anonymous: 0 });
    });
  }
});
