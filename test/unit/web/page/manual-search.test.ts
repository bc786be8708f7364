import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SearchEntry } from '../../../../src/web/help/build-help.ts';
import { excerptOf, piecesOf, rank, wordsOf } from '../../../../src/web/page/manual-search.js';

const entries: readonly SearchEntry[] = [
  ['/a#1', 'Lights', 'Colours', 'The slackness of a cable does not matter.'],
  ['/a#2', 'Access', 'Passwords', 'Set slack and a token.'],
  ['/a#3', 'Receivers', 'Slack', 'Post events.'],
];
const found = (query: string) => rank(entries, wordsOf(query)).map(([address]) => address);

describe('the search of the manual', () => {
  test('a heading comes before a text, a word before the beginning of one', () => {
    assert.deepEqual(found('Slack'), ['/a#3', '/a#2', '/a#1']);
  });

  test('all the words have to be there', () => {
    assert.deepEqual(found('slack  token'), ['/a#2']);
    assert.deepEqual(found('slack nowhere'), []);
    assert.deepEqual(found('receivers post'), ['/a#3']);
  });

  test('shows the text around the first word, from a word’s beginning', () => {
    const text = `${'before '.repeat(30)}needle ${'after '.repeat(60)}`;
    const excerpt = excerptOf(text, ['needle']);
    assert.match(excerpt, /^… before .*needle .*after …$/);
    assert.ok(excerpt.length < 250);
    assert.equal(excerptOf('short needle', ['needle']), 'short needle');
  });

  test('marks what was found; signs of regular expressions mean themselves', () => {
    assert.deepEqual(piecesOf('Use A.b or axb', ['a.b']), ['Use ', 'A.b', ' or axb']);
    assert.deepEqual(piecesOf('f(x)', ['(']), ['f', '(', 'x)']);
  });
});
