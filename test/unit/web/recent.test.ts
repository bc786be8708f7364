import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentEvents } from '../../../src/web/recent.ts';
import { userEvent } from '../../support/events.ts';

test('the last events are kept, the newest first', () => {
  const recent = new RecentEvents(3);
  const ids = () => recent.newestFirst().map(({ id }) => id);
  assert.deepEqual(ids(), []);
  const seen: string[] = [];
  for (let number = 1; number <= 8; number += 1) {
    recent.add(userEvent({ id: `${number}` }));
    seen.unshift(`${number}`);
    assert.deepEqual(ids(), seen.slice(0, 3));
  }
});
