import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { matchesFilter } from '../../../../src/broker/topics/topic-filter.ts';
import { matchingFilters, TopicTree } from '../../../../src/broker/topics/topic-tree.ts';

const topicLevel = fc.constantFrom('', 'a', 'ab', '$a', '$', 'toString', '__proto__');
const topics = fc.array(topicLevel, { minLength: 1, maxLength: 8 }).map((all) => all.join('/'));
const filters = fc
  .tuple(
    fc.array(fc.oneof(topicLevel, fc.constant('+')), { minLength: 1, maxLength: 8 }),
    fc.boolean(),
  )
  .map(([levels, ends]) => [...levels, ...(ends ? ['#'] : [])].join('/'));

/** Section 4.7 of MQTT 3.1.1, level by level. */
function isNamedBy(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length) return false;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** Cases of sections 4.7.1 to 4.7.3: filter, topic, whether it matches. */
const cases: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/tennis/player1/#', 'sport/tennis/player10', false],
  ['sport/#', 'sport', true],
  ['#', 'sport/tennis', true],
  ['#', '/', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['+/tennis/#', 'sport/tennis', true],
  ['a//b', 'a//b', true],
  ['a/+/b', 'a//b', true],
  ['a//b', 'a/b', false],
  ['#', '$SYS/broker/uptime', false],
  ['+/broker/uptime', '$SYS/broker/uptime', false],
  ['+/#', '$SYS', false],
  ['$SYS/#', '$SYS/broker/uptime', true],
  ['$SYS/#', '$SYS', true],
  ['$SYS/broker/+', '$SYS/broker/uptime', true],
  ['a/$SYS', 'a/$SYS', true],
  ['a/+', 'a/$SYS', true],
  ['ACCOUNTS', 'Accounts', false],
  ['a+', 'ab', false],
  ['#a', 'b', false],
];

describe('which topics a filter matches, in every implementation', () => {
  for (const [filter, topic, matches] of cases) {
    test(`${filter} ${matches ? 'matches' : 'does not match'} ${topic}`, () => {
      assert.equal(matchesFilter(filter, topic), matches);
      assert.deepEqual(matchingFilters({ [filter]: true }, topic), matches ? [filter] : []);
      const tree = new TopicTree<string, string>();
      tree.set(filter, 'key', filter);
      assert.deepEqual(tree.match(topic), matches ? [filter] : []);
    });
  }

  test('one filter: what the specification says', () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        assert.equal(matchesFilter(filter, topic), isNamedBy(filter, topic));
      }),
      { numRuns: 5000 },
    );
  });

  test('the filters of a client: the same as checking each', () => {
    fc.assert(
      fc.property(fc.array(filters), topics, (all, topic) => {
        const kept = Object.fromEntries(all.map((filter) => [filter, true]));
        assert.deepEqual(
          matchingFilters(kept, topic).sort(),
          Object.keys(kept)
            .filter((filter) => matchesFilter(filter, topic))
            .sort(),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('the tree of all filters after any changes: the same as checking each', () => {
    const keys = fc.constantFrom('anna', 'bob', 'lamp');
    const changes = fc.array(fc.tuple(filters, keys, fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(changes, topics, (all, topic) => {
        const tree = new TopicTree<string, string>();
        const there = new Map<string, readonly [filter: string, value: string]>();
        for (const [index, [filter, key, isAdded]] of all.entries()) {
          const value = `${filter} ${key} ${index}`;
          if (isAdded) {
            tree.set(filter, key, value);
            there.set(`${filter} ${key}`, [filter, value]);
          } else {
            tree.delete(filter, key);
            there.delete(`${filter} ${key}`);
          }
          const expected = [...there.values()]
            .filter(([one]) => matchesFilter(one, topic))
            .map(([, one]) => one);
          assert.deepEqual([...tree.match(topic)].sort(), expected.sort());
          assert.equal(tree.count, there.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a tree without filters keeps no data', () => {
  const tree = new TopicTree<string, string>();
  for (const filter of ['a/b/c', 'a/b', '#', 'a/+/#']) tree.set(filter, 'key', filter);
  for (const filter of ['a/b', '#', 'a/+/#', 'a/b/c']) tree.delete(filter, 'key');
  assert.equal(tree.count, 0);
  assert.deepEqual(tree.match('a/b/c'), []);
});
