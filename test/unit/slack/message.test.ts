import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  composeMessage,
  recommendedTextLength,
  safeJsonLength,
} from '../../../src/slack/message.ts';
import type { SlackEvent } from '../../../src/slack/slack-event.ts';
import { slackEvent } from '../../support/events.ts';

const now = new Date('2026-11-23T12:00:00.000Z');

function compose(events: readonly SlackEvent[], overrides: { leftOut?: number; at?: Date } = {}) {
  return composeMessage(events, {
    now: overrides.at ?? now,
    longestText: recommendedTextLength,
    longestJson: safeJsonLength,
    mostLines: 130,
    leftOut: overrides.leftOut ?? 0,
  });
}

const shown = (message: ReturnType<typeof compose>) =>
  message.richText.map((element) => (element.type === 'text' ? element.text : '<date>')).join('');

test('one event reads as in Butler, with a circle before it', () => {
  const expected = [
    ['connection-open', '🟢 Open connection for user LAB/goran on sense1'],
    ['connection-close', '🔴 Close connection for user LAB/goran on sense1'],
    ['session-start', '🔵 Start session for user LAB/goran on sense1'],
    ['session-stop', '🟠 Stop session for user LAB/goran on sense1'],
  ] as const;
  for (const [kind, line] of expected) {
    const message = compose([slackEvent({ kind })]);
    assert.equal(message.text, line);
    assert.equal(shown(message), line);
    assert.equal(message.eventCount, 1);
  }
});

test('app and browser follow where they are known', () => {
  const event = slackEvent({
    appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
    browser: { name: 'Chrome', majorVersion: '120' },
  });
  assert.equal(
    compose([event]).text,
    '🟢 Open connection for user LAB/goran on sense1 · app a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69 · Chrome 120',
  );
});

test('nothing from outside becomes a mention, a link, a line or formatting', () => {
  const hostile = [
    '<!channel>',
    '<@U123|admin>',
    '<https://evil.example|click>',
    '&lt;!here&gt;',
    '*bold* _it_ ~no~ `code`',
    'a\nb\u2028c\r> quote',
    '\u202egnp.exe',
    '@here #general',
  ];
  for (const userId of hostile) {
    const message = compose([slackEvent({ userId })]);
    assert.doesNotMatch(message.text, /[<>]/);
    assert.doesNotMatch(message.text, /&(?!amp;|lt;|gt;)/);
    assert.doesNotMatch(message.text, /[\n\r\u2028\u202e]/);
    // What is shown is one element of plain text, in which Slack looks for no markup.
    assert.equal(message.richText.length, 1);
    assert.deepEqual(Object.keys(message.richText[0] ?? {}), ['type', 'text']);
  }
  const message = compose([slackEvent({ userId: 'a&<b>' })]);
  assert.match(message.text, /LAB\/a&amp;&lt;b&gt; on/);
  assert.match(shown(message), /LAB\/a&<b> on/);
});

test('an event that is late by more than a minute bears its time, in the reader’s time zone', () => {
  const event = slackEvent({ receivedAt: '2026-11-23T12:00:00.000Z' });
  const seconds = Date.parse('2026-11-23T12:00:00Z') / 1000;

  assert.doesNotMatch(compose([event], { at: new Date('2026-11-23T12:01:00Z') }).text, /date/);
  const late = compose([event], { at: new Date('2026-11-23T12:01:01Z') });
  assert.equal(
    late.text,
    '🟢 Open connection for user LAB/goran on sense1 · 2026-11-23 12:00:00 UTC',
  );
  assert.deepEqual(late.richText.at(-1), {
    type: 'date',
    timestamp: seconds,
    format: '{date_short_pretty} {time_secs}',
    fallback: '2026-11-23 12:00:00 UTC',
  });
});

test('many events come under a heading that counts them', () => {
  const events = ['ann', 'bob', 'cyd'].map((userId) => slackEvent({ userId }));
  assert.equal(compose(events.slice(0, 2)).text.split('\n').length, 2);
  assert.deepEqual(compose(events).text.split('\n'), [
    '3 events',
    '🟢 Open connection for user LAB/ann on sense1',
    '🟢 Open connection for user LAB/bob on sense1',
    '🟢 Open connection for user LAB/cyd on sense1',
  ]);
});

test('a message owns up to events that were left out', () => {
  const message = compose([slackEvent()], { leftOut: 7 });
  assert.match(message.text, /^7 older events were dropped: .*\n🟢/);
});

test('as many lines as fit the recommended length, none split, none left out', () => {
  const events = Array.from({ length: 500 }, (_, index) =>
    slackEvent({ userId: `user-${index}`, host: '<&>'.repeat(10) }),
  );
  const lines: string[] = [];
  for (let rest = events; rest.length > 0; ) {
    const message = compose(rest, { leftOut: 3 });
    assert.ok(message.text.length <= recommendedTextLength, `${message.text.length} characters`);
    // One more line would not have fitted.
    if (message.eventCount < rest.length) {
      assert.ok(message.text.length > recommendedTextLength - 250);
    }
    lines.push(...message.text.split('\n').filter((line) => line.startsWith('🟢')));
    rest = rest.slice(message.eventCount);
  }
  assert.deepEqual(
    lines.map((line) => /user-\d+/.exec(line)?.[0]),
    events.map(({ userId }) => userId),
  );
});

test('a line that is too long for any message is posted none the less', () => {
  const huge = slackEvent({ userId: '&'.repeat(2000) });
  assert.equal(compose([huge, huge]).eventCount, 1);
});

test('a late event whose time nobody knew says so, and names no wrong one', () => {
  const event = slackEvent({ timeUnknown: true, receivedAt: '2025-08-01T00:00:00.000Z' });
  const message = compose([event]);
  const line = '🟢 Open connection for user LAB/goran on sense1 · earlier, time unknown';
  assert.equal(message.text, line);
  assert.equal(shown(message), line);
});

test('late events fill a message as far as Slack takes its blocks, and no further', () => {
  const events = Array.from({ length: 130 }, () => slackEvent({ userId: 'u' }));
  const { richText, eventCount } = compose(events, { at: new Date('2026-11-23T18:00:00Z') });
  const { length } = JSON.stringify(richText);
  assert.ok(length <= safeJsonLength, `${length} characters`);
  assert.ok(eventCount >= 50, `${eventCount} events`);
});
