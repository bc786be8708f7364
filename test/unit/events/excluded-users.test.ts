import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createUserFilter, type ExcludedUser } from '../../../src/events/excluded-users.ts';

/** Which of the users `directory/userId` the list leaves out. */
function excludedOf(list: readonly ExcludedUser[], users: readonly string[]): readonly string[] {
  const isExcluded = createUserFilter(list);
  return users.filter((user) => {
    const [userDirectory = '', userId = ''] = user.split('/');
    return isExcluded({ userDirectory, userId });
  });
}

const users = [
  'LAB/goran',
  'LAB/sa_repository',
  'INTERNAL/sa_repository',
  'INTERNAL/SA_Proxy',
  'internal/other',
  'NONE/anonymous1f0c',
  'NONE/0123',
  '/sa_scheduler',
];

describe('createUserFilter', () => {
  const cases: readonly (readonly [list: readonly ExcludedUser[], excluded: readonly string[]])[] =
    [
      [[], []],
      [[{ directory: 'lab', userId: 'GORAN' }], ['LAB/goran']],
      [[{ directory: 'NONE', userId: '123' }], []],
      [[{ directory: 'NONE', userId: '0123' }], ['NONE/0123']],
      [
        [{ directory: 'INTERNAL', userId: '*' }],
        ['INTERNAL/sa_repository', 'INTERNAL/SA_Proxy', 'internal/other'],
      ],
      [
        [{ directory: 'internal', userId: 'Sa_*' }],
        ['INTERNAL/sa_repository', 'INTERNAL/SA_Proxy'],
      ],
      [
        [{ directory: '*', userId: 'sa_*' }],
        ['LAB/sa_repository', 'INTERNAL/sa_repository', 'INTERNAL/SA_Proxy', '/sa_scheduler'],
      ],
      [
        [{ directory: '*', userId: 'sa_repository' }],
        ['LAB/sa_repository', 'INTERNAL/sa_repository'],
      ],
      [[{ directory: 'IN*', userId: 'sa_*' }], ['INTERNAL/sa_repository', 'INTERNAL/SA_Proxy']],
      [[{ directory: '', userId: '*' }], ['/sa_scheduler']],
      [[{ directory: 'NONE', userId: 'anonymous*' }], ['NONE/anonymous1f0c']],
      [[{ directory: '*', userId: '*' }], users],
      [[{ directory: 'INTERNAL', userId: '*_repository' }], []],
      [[{ directory: 'INTERNAL', userId: 'sa.*' }], []],
      [[{ directory: 'INTERNAL', userId: 'sa?repository' }], []],
      [
        [
          { directory: 'NONE', userId: '*' },
          { directory: 'LAB', userId: 'goran' },
        ],
        ['LAB/goran', 'NONE/anonymous1f0c', 'NONE/0123'],
      ],
    ];
  for (const [list, excluded] of cases) {
    test(JSON.stringify(list), () => {
      assert.deepEqual(excludedOf(list, users), excluded);
    });
  }

  test('a * in a name is matched by itself', () => {
    assert.deepEqual(excludedOf([{ directory: 'a*b', userId: 'c*d' }], ['a*b/c*d', 'aXb/cXd']), [
      'a*b/c*d',
    ]);
  });
});
