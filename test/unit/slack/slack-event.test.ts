import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slackEventCodec, slackEventOf } from '../../../src/slack/slack-event.ts';
import { slackEvent, userEvent } from '../../support/events.ts';

test('an event comes back from disk as it went', () => {
  const events = [
    slackEvent(),
    slackEvent({ kind: 'session-stop', userId: '"\\;\u00e5', userDirectory: '' }),
    slackEvent({ appId: 'a421', browser: { name: 'Edge' } }),
    slackEvent({ timeUnknown: true }),
  ];
  for (const event of events) {
    assert.deepEqual(slackEventCodec.decode(slackEventCodec.encode(event)), event);
  }
});

test('the id goes to disk only where it is wanted', () => {
  for (const timeUnknown of [{}, { timeUnknown: true }] as const) {
    const event = userEvent(timeUnknown);
    const withId = slackEventOf(event, Date.parse, true);
    assert.equal(withId.id, event.id);
    assert.deepEqual(slackEventCodec.decode(slackEventCodec.encode(withId)), withId);
    const without = slackEventOf(event, Date.parse);
    assert.ok(!slackEventCodec.encode(without).includes(event.id));
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
