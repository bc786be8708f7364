import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchingFilters } from '../../../../src/broker/topics/matching-filters.ts';
import { filterMatcher, matchesFilter } from '../../../../src/broker/topics/topic-filter.ts';

const topicLevel = fc.constantFrom('', 'a', 'ab', '$a', '$', 'toString', '__proto__');
const topics = fc.array(topicLevel, { minLength: 1, maxLength: 8 }).map((all) => all.join('/'));
const filters = fc
  .tuple(
    fc.array(fc.oneof(topicLevel, fc.constant('+')), { minLength: 1, maxLength: 8 }),
    fc.boolean(),
  )
  .map(([levels, ends]) => [...levels, ...(ends ? ['#'] : [])].join('/'));

test('one filter and many topics: the same as one by one', () => {
  fc.assert(
    fc.property(filters, topics, (filter, topic) => {
      assert.equal(filterMatcher(filter)(topic), matchesFilter(filter, topic));
    }),
    { numRuns: 2000 },
  );
});

test('the filters of a client that match: the same as a look at each', () => {
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
