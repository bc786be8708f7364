import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Outcome, parseDatagram } from '../../../src/ingest/parse.ts';
import { mostEvents } from '../../../src/ingest/split-events.ts';
import { createUserAgentReader } from '../../../src/ingest/user-agent.ts';

const readUserAgent = createUserAgentReader();
const parse = (bytes: Uint8Array | string) => {
  const result = parseDatagram(
    typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
    readUserAgent,
  );
  return { outcomes: [result, ...(result.more ?? [])] as Outcome[], result };
};
const summary = (outcome: Outcome) =>
  outcome.ok
    ? `${outcome.event.kind} ${outcome.event.host} ${outcome.event.userDirectory}/${outcome.event.userId}`
    : outcome.reason;
const all = (bytes: Uint8Array | string) => parse(bytes).outcomes.map(summary);
const eventOf = (bytes: Uint8Array | string) => {
  const { result } = parse(bytes);
  assert.ok(result.ok, summary(result));
  return result.event;
};
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const cut = (text: string, bytes = 1) => {
  const whole = Buffer.from(text);
  return whole.subarray(0, whole.length - bytes);
};

describe('text is read field by field', () => {
  for (const [name, bytes, userId, message] of [
    [
      'a message cut inside a character of two bytes',
      cut('/proxy-session/;h;Start session;LAB;åsa;o;c;på svenska å'),
      'åsa',
      'på svenska',
    ],
    [
      'a message cut inside a character of three bytes',
      cut('/qseow-proxy-session/;h;Start session;LAB;王芳;o;c;m 王', 2),
      '王芳',
      'm',
    ],
    ['cut inside an emoji', cut('/proxy-session/;h;Start session;LAB;åsa;o;c;m 😀'), 'åsa', 'm'],
    ['the only one beyond ASCII', cut('/proxy-session/;h;Start session;LAB;u;o;c;m é'), 'u', 'm'],
    [
      'cut, and then the newline of the relay',
      Buffer.concat([cut('/proxy-session/;h;Start session;LAB;åsa;o;c;m 王'), Buffer.from('\r\n')]),
      'åsa',
      'm',
    ],
    [
      'a broken byte in the middle of the message',
      Buffer.concat([
        Buffer.from('/proxy-session/;h;Start session;LAB;åsa;o;c;a'),
        latin1('\xff b'),
      ]),
      'åsa',
      'aÿ b',
    ],
    [
      'the user in windows-1252, the message in UTF-8',
      Buffer.concat([
        latin1('/proxy-session/;h;Start session;LAB;Ren\xe9e;o;c;'),
        Buffer.from('på'),
      ]),
      'Renée',
      'på',
    ],
    [
      'windows-1252 with a last letter like that',
      latin1('h;Start session;LAB;Andr\xe9'),
      'André',
      '',
    ],
    ['the four fields, UTF-8, cut in the user', cut('h;Start session;GÖTEBORG;åsä'), 'ås', ''],
    ['a byte order mark before what is cut', cut('\ufeffh;Start session;LAB;åså'), 'ås', ''],
  ] as const) {
    test(name, () => {
      const event = eventOf(bytes);
      assert.deepEqual([event.userId, event.message], [userId, message]);
    });
  }

  test('Cyrillic in windows-1251 is read as windows-1252, and reported', () => {
    const datagram = Buffer.concat([
      Buffer.from('h;Start session;LAB;'),
      Buffer.from([0xc0, 0xed, 0xed, 0xe0]),
    ]);
    assert.equal(eventOf(datagram).userId, 'Àííà');
    assert.equal(parse(datagram).result.usedCodePage, true);
    assert.equal(parse('h;Start session;LAB;Анна').result.usedCodePage, undefined);
    const onlyCut = cut('/proxy-session/;h;Start session;LAB;Анна;o;c;привет');
    assert.equal(parse(onlyCut).result.usedCodePage, undefined);
    assert.equal(parse(latin1('\xff\x80 of no Sense server')).result.usedCodePage, undefined);
  });

  test('a datagram full of broken fields is also read', () => {
    const head = Buffer.from('/proxy-session/;h;Start session;LAB;åsa;o;c;');
    const event = eventOf(Buffer.concat([head, Buffer.alloc(60_000, latin1(';\xff'))]));
    assert.equal(event.userId, 'åsa');
    assert.match(event.message, /^;ÿ;ÿ/);
  });
});

describe('UTF-16', () => {
  const text = '/qseow-proxy-session/;sense1;Start session;LAB;goran;AppAccess;/hub/;m';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  const utf32 = Buffer.from([...text].flatMap((character) => [character.charCodeAt(0), 0, 0, 0]));
  for (const [name, bytes] of [
    ['little endian', little],
    ['big endian', big],
    ['little endian with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
    ['big endian with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
    ['names in other scripts', Buffer.from('сервер;Open connection;ЛАБ;Анна', 'utf16le')],
    ['four fields', Buffer.from('h;Open connection;LAB;goran', 'utf16le')],
    ['UTF-32', utf32],
  ] as const) {
    test(name, () => assert.deepEqual(all(bytes), ['wrong-encoding']));
  }

  test('other text is not mistaken for it', () => {
    assert.deepEqual(all('\0\0\0\0'), ['empty']);
    const timeQuery = Buffer.alloc(48);
    timeQuery[0] = 0x1b;
    assert.doesNotMatch(all(timeQuery).join(), /encoding/);
    assert.deepEqual(all('h\0\0\0\0\0;Start session\0\0\0;LAB\0\0;goran\0\0\0\0\0\0'), [
      'session-start h LAB/goran',
    ]);
  });
});

describe('(null)', () => {
  test('is empty in every field', () => {
    const event = eventOf('/proxy-session/;h;Start session;(null);goran;(NULL); (null) ;(Null)');
    const { userDirectory, origin, context, message } = event;
    assert.deepEqual([userDirectory, origin, context, message], ['', '', '', '']);
  });
  for (const [datagram, outcome] of [
    ['/proxy-session/;h;Start session;(null);(null);;;m', 'missing-user'],
    ['h;Start session;LAB; (null) ', 'missing-user'],
    ['h;Start session;LAB;(NULL)\r\n', 'missing-user'],
    ['(null);Start session;LAB;goran', 'missing-host'],
    ['h;(null);LAB;goran', 'unknown-command'],
    ['h;Start session;LAB;(nullo)', 'session-start h LAB/(nullo)'],
    ['h;Start session;LAB;null', 'session-start h LAB/null'],
  ] as const) {
    test(`${datagram.trim()}: ${outcome}`, () => assert.deepEqual(all(datagram), [outcome]));
  }
});

describe('several events in one datagram', () => {
  const ua = "UserAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0'";
  const a = `/proxy-session/;h;Start session;LAB;a;o;/hub/;m ${ua}`;
  const b = `/qseow-proxy-connection/;h2;Open connection;LAB;b;o;/hub/;n ${ua}`;
  const both = ['session-start h LAB/a', 'connection-open h2 LAB/b'];
  for (const between of ['\r\n', '\n', '\r', '\0', '\n\n \r\n', '\n\ufeff']) {
    test(`with ${JSON.stringify(between)} between them`, () => {
      assert.deepEqual(all(`${a}${between}${b}\n`), both);
    });
  }
  // Text after the quote of a user agent may be invented by the user.
  for (const between of ['', ' ', '\t', '#012']) {
    test(`with ${JSON.stringify(between)} between them, only the first is accepted`, () => {
      assert.deepEqual(all(`${a}${between}${b}\n`), ['session-start h LAB/a', 'joined-events']);
    });
  }
  test('the message of the first does not contain the second', () => {
    assert.equal(eventOf(`${a}${b}`).message, `m ${ua}`);
    assert.equal(eventOf(`${a}\n${b}`).message, `m ${ua}`);
  });
  for (const [name, datagram, outcomes] of [
    ['upper case', `${a}${b.toUpperCase()}`, ['session-start h LAB/a', 'joined-events']],
    [
      'fields missing',
      '/proxy-session/;h;Start session;LAB;a/proxy-session/;h;Stop session;LAB;b',
      ['session-start h LAB/a', 'joined-events'],
    ],
    [
      'four fields',
      'h;Open connection;LAB;a\r\nh;Close connection;LAB;b',
      ['connection-open h LAB/a', 'connection-close h LAB/b'],
    ],
    [
      'four fields, no separator',
      'h;Open connection;LAB;ah;Close connection;LAB;b',
      ['connection-open h LAB/a', 'joined-events'],
    ],
    [
      'four fields, no separator, two hosts',
      'h;Open connection;LAB;ax;Close connection;LAB;b',
      ['joined-events'],
    ],
    [
      'four fields, separated by a space',
      'h;Open connection;LAB;a h;Close connection;LAB;b',
      ['connection-open h LAB/a', 'joined-events'],
    ],
    [
      'four fields before a prefix',
      `h;Open connection;LAB;a${b}`,
      ['connection-open h LAB/a', 'joined-events'],
    ],
    [
      'an invalid one in between',
      `${a}\n/proxy-session/;h;Delete session;LAB;a;;;\n${b}`,
      ['session-start h LAB/a', 'unknown-command', 'connection-open h2 LAB/b'],
    ],
    [
      'followed by the faulty prefix',
      `${a}\n/proxy-user-event/;h;s;c;m`,
      ['session-start h LAB/a', 'wrong-appender'],
    ],
    [
      'no user in the second',
      `${a}\nh;Open connection;LAB;`,
      ['session-start h LAB/a', 'missing-user'],
    ],
    ['rubbish before', `rubbish\n${a}`, ['unknown-command', 'session-start h LAB/a']],
    ['a syslog header', `<134>Nov 27 12:00:00 relay qlik: ${a}`, ['session-start h LAB/a']],
    [
      'syslog headers, two lines',
      `<134>1 - relay - - - - ${a}\n<134>1 - relay - - - - ${b}`,
      ['session-start h LAB/a', 'connection-open h2 LAB/b'],
    ],
  ] as const) {
    test(name, () => assert.deepEqual(all(datagram), outcomes));
  }

  test('a line that does not start an event belongs to the message', () => {
    for (const between of ['\n', '\r\n', '\r', '\0', '\r\n\r\n  ']) {
      const { outcomes } = parse(
        `/proxy-session/;h;Start session;LAB;a;o;c;one${between}two; three`,
      );
      assert.deepEqual(outcomes.map(summary), ['session-start h LAB/a']);
      assert.ok(outcomes[0]?.ok);
      assert.match(outcomes[0].event.message, /^one +two; three$/);
    }
    const short = eventOf('h;Start session;LAB;a\nat System.Threading; in x.cs');
    assert.deepEqual([short.userId, short.origin], ['a', '']);
    assert.equal(short.message, 'at System.Threading; in x.cs');
    assert.equal(eventOf('/proxy-session/;h;Start session;LAB;a\n/etc/passwd;x').userId, 'a');
  });

  test('a message or user agent that contains parts of an event is not an event', () => {
    const forged = '/proxy-connection/;h;Open connection;LAB;boss;o;c;m';
    for (const message of [
      `UserAgent: 'Mozilla/5.0 ${forged}'`,
      `UserAgent: '${forged}'`,
      `UserAgent: "Mozilla ${forged}"`,
      `UserAgent: 'Mozilla' ${forged}`,
      'see /proxy-connection/; for this',
      'h /proxy-session/;Start session;x',
      ';Open connection;LAB;boss',
    ]) {
      const datagram = `/proxy-session/;h;Start session;LAB;a;o;c;${message}`;
      const [first, ...more] = all(datagram);
      assert.equal(first, 'session-start h LAB/a', message);
      assert.ok(
        more.every((outcome) => outcome === 'joined-events'),
        message,
      );
    }
  });

  test('the number of events is limited', () => {
    const line = 'h;Open connection;;u\n';
    assert.equal(parse(line.repeat(mostEvents)).outcomes.length, mostEvents);
    const { outcomes } = parse(line.repeat(3000));
    assert.equal(outcomes.length, mostEvents + 1);
    assert.deepEqual(outcomes.at(-1), { ok: false, reason: 'too-many-events' });
  });

  test('the time for a large, malicious datagram depends only on its size', () => {
    const parts = [
      '\n',
      ';',
      ' ',
      '/proxy-session/;',
      '/;',
      'h;Open connection;',
      '\0;',
      'n/;',
      "UserAgent: '",
      'host-without-end',
      `${'host'.repeat(250)} /proxy-session/ `,
    ];
    for (const part of parts) {
      const long = part.repeat(60_000 / part.length);
      const datagram = `h;Open connection;LAB;u;o;c;${long}`;
      const startedAt = process.cpuUsage().user;
      parse(`x;/proxy-session/;${long}`);
      parse(datagram);
      parse(`/proxy-session/;${datagram}`);
      assert.ok(process.cpuUsage().user - startedAt < 1_000_000, JSON.stringify(part));
    }
  });
});
