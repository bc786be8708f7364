import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedAnswer } from '../../../src/web/shared-answer.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('an answer is shared for a quarter of a second, while its key stays the same', () => {
  const clock = new ManualClock();
  let rendered = 0;
  let key = 'a';
  const answer = sharedAnswer(
    clock,
    () => {
      rendered += 1;
      return rendered;
    },
    () => key,
  );
  assert.equal(answer(), 1);
  clock.advance(249);
  assert.equal(answer(), 1);
  key = 'b';
  assert.equal(answer(), 2);
  assert.equal(answer(), 2);
  clock.advance(250);
  assert.equal(answer(), 3);
});
