import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Rejection, Rejections } from '../../../src/ingest/rejections.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('logs at most one line a second, and summarises the rest', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const rejections = new Rejections(clock, log);
  for (let index = 0; index < 1000; index += 1) {
    rejections.add('unknown-command', '10.0.0.9:5', Buffer.from('x'));
    clock.advance(10);
  }
  assert.equal(rejections.counts['unknown-command'], 1000);
  assert.ok(lines.length <= 11, `${lines.length} lines in 10 s`);
  const summed = lines.map((line) => Number(/rejected (\d+) more/.exec(line)?.[1] ?? 0));
  clock.advance(2000);
  rejections.stop();
  const lastSum = Number(/rejected (\d+) more/.exec(lines.at(-1) ?? '')?.[1] ?? 0);
  const known = lines.length > summed.length ? lastSum : 0;
  assert.equal(summed.reduce((a, b) => a + b, 0) + known + 1, 1000);
  assert.equal(clock.pending, 0);
});

test('shows the sender and the start of the datagram without unsafe characters', () => {
  const { log, lines } = recordingLog();
  const rejections = new Rejections(new ManualClock(), log);
  rejections.add(
    'unknown-prefix',
    '10.0.0.9:5',
    Buffer.from(`/x/\n\x1b[31m2026 error forged${'y'.repeat(500)}`),
  );
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    /^warn {4}rejected a datagram from 10\.0\.0\.9:5: .*\(5\d\d bytes: "\/x\/ \[31m/,
  );
  assert.ok((lines[0] ?? '').length < 250);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
  assert.doesNotMatch(lines[0] ?? '', /[\x00-\x1f]/);
});

const address = '10.0.0.9:50123';
const row = (command: string) => Buffer.from(`sense1;${command};LAB;goran`);

describe('an appender file without filters', () => {
  const kinds: [string, Buffer][] = [
    ['of four fields', row('Add ticket')],
    ['of seven fields', Buffer.from('sense1;Login;LAB;goran;Proxy;/hub/;Command=Login;Result=0')],
    ['with the prefix of Butler 6', Buffer.from('/proxy-session/;sense1;Login;LAB;anna;;;text')],
    ['with the prefix of Butler SOS', Buffer.from('/QSEOW-proxy-connection/;s-1;Logout;LAB;bo;;')],
    ['without a command', Buffer.from('sense1;(null);(null);(null);(null);(null);Loaded')],
    ['with an empty command', Buffer.from('sense1;;;;;;Licence checked')],
    ['with a mark in front', Buffer.from('\ufeffsense1.lab.local;Get session;LAB;gören;;;m')],
  ];
  for (const [name, datagram] of kinds) {
    test(`${name}: logs the cause and the new file once; then a summary an hour`, () => {
      const clock = new ManualClock();
      const { log, lines } = recordingLog();
      const rejections = new Rejections(clock, log);
      // A day at 50 rows an hour.
      for (let number = 0; number < 24 * 50; number += 1) {
        rejections.add('unknown-command', address, datagram);
        clock.advance(72_000);
      }
      const [first = '', ...sums] = lines;
      assert.match(first, /10\.0\.0\.9:50123: .* if its appender file has no filters \(\d+ bytes/);
      assert.match(
        first,
        /Fix: replace the file on that server: .*\/LocalLogConfig\.xml.*blinky appender/,
      );
      assert.ok(sums.length >= 23 && sums.length <= 24, lines.join('\n'));
      for (const sum of sums) {
        assert.match(
          sum,
          /rejected (50|51) more datagrams in the last hour: 10\.0\.0\.9: unknown-command 5[01]$/,
        );
      }
      assert.equal(rejections.counts['unknown-command'], 24 * 50);
    });
  }

  test('other rows, and lines cut in two, are also in the hourly summary', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const rejections = new Rejections(clock, log);
    rejections.add('unknown-command', address, row('Login'));
    for (const reason of ['missing-user', 'missing-host', 'empty', 'unknown-command'] as const) {
      clock.advance(5000);
      rejections.add(reason, address, Buffer.from('   at Qlik.Sense.Proxy'));
    }
    assert.equal(lines.length, 1);
    clock.advance(3_600_000);
    assert.equal(lines.length, 2);
    assert.match(
      lines[1] ?? '',
      /rejected 4 more datagrams in the last hour: 10\.0\.0\.9: missing-user 1, missing-host 1, empty 1, unknown-command 1$/,
    );
  });

  test('hides neither another mistake of the same server nor one of another server', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const rejections = new Rejections(clock, log);
    rejections.add('unknown-command', address, row('Login'));
    clock.advance(1000);
    rejections.add('wrong-appender', address, Buffer.from('/proxy-user-event/;sense1;x;y;z'));
    clock.advance(1000);
    rejections.add('unknown-command', '10.0.0.7:1', row('Login'));
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /faulty sample file in Butler SOS's documentation.*Fix: download/);
    assert.match(lines[2] ?? '', /10\.0\.0\.7:1: its command "Login"/);
  });

  for (const [name, text] of [
    ['words', 'nonsense'],
    ['numbers for words', 'Abc;123;456;test'],
    ['three fields', 'sense1;Login;LAB'],
    ['a host of several words', 'a sensor in the hall;on;x;y'],
    ['no host', '(null);Login;LAB;goran'],
    ['another prefix', '/x/;sense1;Login;LAB;goran'],
  ]) {
    test(`is not blamed for ${name}`, () => {
      const { log, lines } = recordingLog();
      const rejections = new Rejections(new ManualClock(), log);
      rejections.add('unknown-command', address, Buffer.from(text ?? ''));
      assert.doesNotMatch(lines[0] ?? '', /filters/);
    });
  }
});

test('a summary lists the reasons for each sender; those that send most come first', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const rejections = new Rejections(clock, log);
  const bytes = Buffer.from('x');
  rejections.add('empty', '10.0.0.1:1', bytes);
  rejections.add('missing-host', '10.0.0.1:1', bytes);
  for (let number = 0; number < 3; number += 1) {
    rejections.add('missing-user', '[fe80::2]:7', bytes);
    rejections.add('unknown-prefix', '[fe80::2]:7', bytes);
  }
  rejections.add('unknown-prefix', '[fe80::2]:7', bytes);
  for (let number = 0; number < 100; number += 1) {
    rejections.add('empty', `10.1.0.${number}:9`, bytes);
  }
  // Beyond the number of separate senders, even one that sends most.
  for (let number = 0; number < 10; number += 1) rejections.add('empty', '10.1.0.99:9', bytes);
  clock.advance(1000);
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.match(
    lines[1] ?? '',
    /^warn {4}rejected 118 more datagrams in the last second: \[fe80::2\]: unknown-prefix 4, missing-user 3; 10\.0\.0\.1: missing-host 1; 10\.1\.0\.0: empty 1; 10\.1\.0\.1: empty 1; 10\.1\.0\.2: empty 1; other senders: empty 107$/,
  );
});

test('repeated mistakes are summarised after a second, a minute, then hourly; starts over after a quiet hour', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const rejections = new Rejections(clock, log);
  const send = () => rejections.add('unknown-prefix', address, Buffer.from('/x/'));
  for (let second = 0; second < 4 * 3600; second += 1) {
    send();
    clock.advance(1000);
  }
  const periods = lines.map((line) => /the last (.*): 10/.exec(line)?.[1]);
  assert.deepEqual(periods, [undefined, 'second', 'minute', 'hour', 'hour', 'hour']);
  clock.advance(2 * 3_600_000);
  const before = lines.length;
  send();
  clock.advance(1000);
  assert.equal(lines.length, before + 1);
  assert.match(lines.at(-1) ?? '', /rejected 1 more datagram in the last second: /);
});

test('any number of forged senders fill neither the log nor the memory', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const rejections = new Rejections(clock, log);
  for (let number = 0; number < 20_000; number += 1) {
    const sender = `10.${number % 250}.${number % 241}.${number % 239}:${number}`;
    rejections.add('unknown-command', sender, row('Login'));
    clock.advance(180);
  }
  assert.ok(lines.length <= 30, `${lines.length} lines in an hour`);
  rejections.stop();
  const summed = lines.map((line) => Number(/rejected (\d+) more/.exec(line)?.[1] ?? 1));
  assert.equal(
    summed.reduce((a, b) => a + b, 0),
    20_000,
  );
  assert.ok(lines.every((line) => line.length < 400));
});

test('reports the last rejected sender, the reason and the remedy', () => {
  const heard: Rejection[] = [];
  const { log } = recordingLog();
  const rejections = new Rejections(new ManualClock(), log, (one) => heard.push(one));
  rejections.add('sender-not-allowed', '::ffff:10.0.0.9:50123', Buffer.from('x'));
  assert.deepEqual(heard, [
    {
      address: '::ffff:10.0.0.9',
      reason: 'sender-not-allowed',
      atMs: Date.parse('2026-11-23T12:00:00.000Z'),
      message: "its sender isn't in Butler.udpServerConfig.allowFrom",
      remedy: 'if this sender should be allowed, add its address there',
    },
  ]);
  assert.deepEqual(rejections.last, {
    sender: '::ffff:10.0.0.9:50123',
    reason: 'sender-not-allowed',
    at: '2026-11-23T12:00:00.000Z',
    explanation:
      "its sender isn't in Butler.udpServerConfig.allowFrom; if this sender should be allowed, add its address there",
  });
});
