import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSlugger } from '../../../../src/web/help/slugs.ts';

describe('ids of headings', () => {
  // As GitHub shows them; the rules are those of the package github-slugger.
  for (const [heading, id] of [
    ['Set up the Sense server', 'set-up-the-sense-server'],
    ['2 flashes: the broker can’t listen', '2-flashes-the-broker-cant-listen'],
    ["The lights can't be driven", 'the-lights-cant-be-driven'],
    ['`allowFrom`, TLS & more', 'allowfrom-tls--more'],
    ['Übersicht_1 (neu)', 'übersicht_1-neu'],
    ['slack-token.txt', 'slack-tokentxt'],
  ] as const) {
    test(heading, () => assert.equal(createSlugger()(heading.replaceAll('`', '')), id));
  }

  test('the same heading again has a number, which no other has', () => {
    const slug = createSlugger();
    assert.deepEqual(['Limits', 'Limits 1', 'Limits', 'Limits', 'Limits 1'].map(slug), [
      'limits',
      'limits-1',
      'limits-2',
      'limits-3',
      'limits-1-1',
    ]);
  });
});
