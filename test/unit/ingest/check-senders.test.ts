import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senderFindings } from '../../../src/ingest/check-senders.ts';

const now = new Date('2026-11-23T12:00:00.000Z');
const lastEvent = { host: 'sense1', command: 'Open connection', at: '2026-11-23T11:59:00.000Z' };
const lastRejection = {
  reason: 'missing-user',
  message: 'it contains no user',
  remedy: 'what to do',
  at: '2026-11-23T11:00:00.000Z',
};
const sender = (address: string) => ({ address, events: 0, rejected: {} });

test('each sender has a line: ok if it sends events, a warning with reasons and remedy otherwise', () => {
  const findings = senderFindings(
    {
      senders: [
        { ...sender('10.0.0.1'), events: 12, lastEvent },
        { ...sender('10.0.0.7'), rejected: { empty: 1, 'missing-user': 3 }, lastRejection },
      ],
    },
    now,
  );
  assert.deepEqual(
    [...findings],
    [
      {
        name: 'Sender 10.0.0.1',
        result: 'ok',
        text: '12 events, most recent at 2026-11-23T11:59:00.000Z: Open connection on sense1',
      },
      {
        name: 'Sender 10.0.0.7',
        result: 'warn',
        text: 'no events; 4 datagrams rejected (missing-user 3, empty 1), most recent at 2026-11-23T11:00:00.000Z: it contains no user',
        remedy: 'What to do',
      },
    ],
  );
});

test('a mistake from yesterday with events since then is ok; one from today is a warning', () => {
  const results = ['2026-11-22T11:00:00.000Z', '2026-11-23T11:00:00.000Z'].map((at) => {
    const one = { ...sender('10.0.0.1'), events: 1, lastEvent };
    const senders = [{ ...one, rejected: { empty: 1 }, lastRejection: { ...lastRejection, at } }];
    return [...senderFindings({ senders }, now)].map(({ result }) => result);
  });
  assert.deepEqual(results, [['ok'], ['warn']]);
});

test('lists ten senders and counts the rest', () => {
  const senders = Array.from({ length: 50 }, (_, number) => ({
    ...sender(`10.0.0.${number}`),
    events: 1,
    lastEvent,
  }));
  const findings = [...senderFindings({ senders }, now)];
  assert.equal(findings.length, 11);
  assert.match(findings.at(-1)?.text ?? '', /^40 more: see the setup page \(\/setup\)/);
});

test('shows the reasons even if senders are visible only after sign-in', () => {
  assert.deepEqual([...senderFindings({ rejected: { empty: 0 } }, now)], []);
  const [finding] = senderFindings({ rejected: { empty: 2, 'wrong-appender': 5 } }, now);
  assert.equal(finding?.result, 'warn');
  assert.match(finding?.text ?? '', /^7 datagrams since the start: wrong-appender 5, empty 2$/);
  assert.match(finding?.remedy ?? '', /\/setup/);
});

test('an event received before the clock was set has no time', () => {
  const one = { ...sender('10.0.0.1'), events: 1, lastEvent: { ...lastEvent, timeUnknown: true } };
  const [finding] = senderFindings({ senders: [one] }, now);
  assert.equal(finding?.text, '1 event, most recent at an unknown time: Open connection on sense1');
});

test('no senders yet: where to get the file', () => {
  const [finding] = senderFindings({ senders: [] }, now);
  assert.match(finding?.text ?? '', /no datagrams .*\/setup/);
});
