import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slackEventCodec, slackEventOf } from '../../../../src/sinks/slack/slack-event.ts';
import { userEvent } from '../../../support/events.ts';

test('an event comes back from disk as it went', () => {
  const events = [
    userEvent(),
    userEvent({ kind: 'session-stop', userId: '"\\;\u00e5', userDirectory: '' }),
    userEvent({ appId: 'a421', browser: { name: 'Edge' } }),
    userEvent({ timeUnknown: true }),
  ].map((event) => slackEventOf(event));
  for (const event of events) {
    assert.deepEqual(slackEventCodec.decode(slackEventCodec.encode(event)), event);
  }
});

test('what no event made is not taken for one', () => {
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{"a":1}',
    '[1,"other-kind","h","d","u"]',
    '[1,2,3]',
  ]) {
    assert.equal(slackEventCodec.decode(text), undefined);
  }
});
