import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserEvent } from '../../../src/events/user-event.ts';
import { Ingest } from '../../../src/ingest/ingest.ts';
import { Rejections } from '../../../src/ingest/rejections.ts';
import { plainAddress } from '../../../src/platform/addresses.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

function start() {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const events: UserEvent[] = [];
  const rejections = new Rejections(clock, recordingLog().log);
  let id = 0;
  const ingest = new Ingest({
    allowFrom: [],
    excludeUser: [{ directory: 'LAB', userId: 'monitor' }],
    rejections,
    probe: Buffer.from('no event is this'),
    clock,
    log,
    timeIsKnown: () => true,
    createId: () => String(++id),
    deliver: (event) => events.push(event),
  });
  const receive = (bytes: string | Uint8Array, sender = '10.0.0.7') =>
    ingest.receive(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, sender, 5);
  const users = () => events.map(({ userId }) => userId);
  const statistics = () =>
    Object.fromEntries(
      ingest.metrics.map((metric) => [metric.name, 'read' in metric && metric.read()]),
    );
  return { ingest, events, rejections, receive, users, statistics, lines, clock };
}

const fields = 'sense1;Open connection;LAB;goran;AppAccess;/hub/;m';
const butler6 = `/proxy-connection/;${fields}`;
const butlerSos = `/qseow-proxy-connection/;${fields}`;

describe('from datagram to event', () => {
  test('several lines: each is delivered, in order, in the same turn, with its own id', () => {
    const { events, receive, users, ingest } = start();
    receive(`h;Open connection;LAB;a\r\nh;Close connection;LAB;b\r\nh;Open connection;LAB;monitor`);
    assert.deepEqual(users(), ['a', 'b']);
    assert.deepEqual(new Set(events.map(({ id }) => id)).size, 2);
    assert.equal(ingest.excluded, 1);
    assert.equal(ingest.accepted['connection-close'], 1);
  });

  test('a mistake in one line is counted, and the other lines are accepted', () => {
    const { receive, users, rejections } = start();
    receive(`${butler6}\n/proxy-session/;h;Delete session;LAB;x;;;`);
    receive(Buffer.from(butler6, 'utf16le'));
    assert.deepEqual(users(), ['goran']);
    assert.equal(rejections.counts['unknown-command'], 1);
    assert.equal(rejections.counts['wrong-encoding'], 1);
    assert.match(rejections.last?.explanation ?? '', /UTF-16; set .*encoding.*utf-8/);
  });

  test('two appender files: one event; the duplicate is counted, and logged once per sender', () => {
    const { receive, users, statistics, lines, ingest, clock } = start();
    for (let round = 0; round < 3; round += 1) {
      receive(butler6);
      receive(butlerSos);
      clock.advance(5000);
    }
    assert.equal(users().length, 3);
    assert.equal(ingest.copies, 3);
    assert.equal(statistics()['blinky_event_copies_total'], 3);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /^warn.*10\.0\.0\.7 sends the same events in two layouts.*Fix: /);
    receive(butler6, '10.0.0.8');
    receive(butlerSos, '10.0.0.8');
    assert.equal(lines.length, 2);
  });

  test('both files as two lines of one datagram are also one event', () => {
    const { receive, users } = start();
    receive(`${butler6}\n${butlerSos}\n`);
    assert.deepEqual(users(), ['goran']);
  });

  test('one file, the same event twice: two events', () => {
    const { receive, users, lines } = start();
    receive(butler6);
    receive(butler6);
    assert.equal(users().length, 2);
    assert.deepEqual(lines, []);
  });

  test('text that is not UTF-8: counted, and logged once for each of up to 100 senders', () => {
    const { receive, statistics, lines } = start();
    const cyrillic = Buffer.concat([
      Buffer.from('h;Start session;LAB;'),
      Buffer.from([0xc0, 0xed, 0xed, 0xe0]),
    ]);
    for (let count = 0; count < 3; count += 1) receive(cyrillic);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^warn.*10\.0\.0\.7 .*not UTF-8.*windows-1252.*Fix: .*encoding.*utf-8/,
    );
    for (let sender = 0; sender < 1000; sender += 1)
      receive(cyrillic, `10.1.${sender >> 8}.${sender & 255}`);
    assert.equal(lines.length, 100);
    assert.equal(statistics()['blinky_datagrams_code_page_total'], 1003);
  });
});

test('IPv4 senders of a socket for both families are shown as IPv4', () => {
  const shown: Record<string, string> = {
    '::ffff:127.0.0.1': '127.0.0.1',
    '10.0.0.7': '10.0.0.7',
    '::1': '::1',
    'fe80::1%eth0': 'fe80::1%eth0',
    '2001:db8::ffff:1': '2001:db8::ffff:1',
  };
  for (const [address, plain] of Object.entries(shown)) assert.equal(plainAddress(address), plain);
});
