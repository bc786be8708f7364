import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMessageReader } from '../../../../src/bridge/satellite/read-message.ts';
import { defaultConfig } from '../../../../src/config/load.ts';
import { createUserAgentReader } from '../../../../src/ingest/user-agent.ts';
import { butlerSosJson, butlerText } from '../../../../src/publications/event-publications.ts';
import { userEvent } from '../../../support/events.ts';

const { mqttConfig } = defaultConfig();
const reader = (topicPrefix = '') =>
  createMessageReader({
    topics: mqttConfig,
    topicPrefix,
    readUserAgent: createUserAgentReader(),
  });
const read = (topic: string, payload: string | object) =>
  reader().read(
    topic,
    Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  );

const event = userEvent({
  context: '/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69?x',
  appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
  message: 'm',
  dialect: 'butler-sos',
  source: '10.0.0.9',
  browser: { name: 'Chrome', majorVersion: '120' },
});

describe('a message of another broker', () => {
  test("an appliance's own form keeps everything, id and time included", () => {
    assert.deepEqual(read('blinky/event', event), { ok: true, form: 'whole', event });
  });

  test("Butler SOS's JSON, on its own topic and on the four", () => {
    const { id, receivedAt, source, browser, ...expected } = event;
    for (const [topic, form] of [
      ['qliksense/userevent', 'everything'],
      ['qliksense/connection/open', 'kind'],
    ] as const) {
      assert.deepEqual(read(topic, butlerSosJson(event)), { ok: true, form, event: expected });
    }
  });

  test("Butler's text says host and user, the topic the rest", () => {
    const reading = read('qliksense/session/stop', butlerText(event));
    assert.ok(reading?.ok);
    const { kind, command, host, userDirectory, userId, dialect } = reading.event;
    assert.deepEqual(
      { kind, command, host, userDirectory, userId, dialect },
      {
        kind: 'session-stop',
        command: 'Stop session',
        host: 'sense1',
        userDirectory: 'LAB',
        userId: 'goran',
        dialect: 'butler-6',
      },
    );
  });

  test('without names, as some brokers give events to those who have not signed in', () => {
    for (const [topic, payload] of [
      ['blinky/event', { ...event, userDirectory: '', userId: '', message: '' }],
      [
        'qliksense/userevent',
        { host: 'sense1', command: 'Open connection', userDir: '', userId: '' },
      ],
      ['qliksense/connection/open', 'sense1: /'],
    ] as const) {
      const reading = read(topic, payload);
      assert.ok(reading?.ok, topic);
      assert.equal(reading.event.userId, '');
    }
  });

  test('what log4net writes for nobody is nobody there, too', () => {
    const reading = read('qliksense/session/start', 'sense1: (null)/(NULL)');
    assert.ok(reading?.ok);
    assert.deepEqual([reading.event.userDirectory, reading.event.userId], ['', '']);
    assert.deepEqual(read('qliksense/session/start', '(null): LAB/goran'), {
      ok: false,
      reason: 'missing-host',
    });
  });

  test('a prefix stands before every topic', () => {
    const { topics, read: readThere } = reader('oslo/');
    assert.deepEqual(topics, [
      'oslo/blinky/event',
      'oslo/qliksense/userevent',
      'oslo/qliksense/session/start',
      'oslo/qliksense/session/stop',
      'oslo/qliksense/connection/open',
      'oslo/qliksense/connection/close',
    ]);
    assert.ok(readThere('oslo/qliksense/session/start', Buffer.from('a: b/c'))?.ok);
    assert.equal(readThere('qliksense/session/start', Buffer.from('a: b/c')), undefined);
  });

  test('fields are cleaned and cut; a wrong id or time is left out', () => {
    const reading = read(
      'blinky/event',
      JSON.stringify({
        ...event,
        id: '../../etc',
        receivedAt: 'yesterday',
        host: `sen\u0000se\u202e1${'x'.repeat(200)}`,
        userId: 'half \ud800 pair\n',
        source: '<b>\u0007',
      }),
    );
    assert.ok(reading?.ok);
    assert.equal(reading.event.id, undefined);
    assert.equal(reading.event.receivedAt, undefined);
    assert.equal(reading.event.host.length, 100);
    assert.match(reading.event.host, /^sen se 1x/);
    assert.equal(reading.event.userId, 'half \ufffd pair');
    assert.equal(reading.event.source, '<b>');
  });

  for (const [name, topic, payload, reason] of [
    ['no JSON', 'blinky/event', '{', 'unreadable'],
    ['an array', 'blinky/event', '[]', 'unreadable'],
    ['another kind', 'blinky/event', { ...event, kind: 'reboot' }, 'unreadable'],
    ['a number for a host', 'blinky/event', { ...event, host: 1 }, 'unreadable'],
    ['no host', 'blinky/event', { ...event, host: ' \u0000' }, 'missing-host'],
    ['another command', 'qliksense/userevent', { host: 'a', command: 'x' }, 'unknown-command'],
    ['no command', 'qliksense/userevent', { host: 'a' }, 'unreadable'],
    ['no user', 'qliksense/session/start', 'sense1', 'unreadable'],
    ['no slash', 'qliksense/session/start', 'sense1: goran', 'unreadable'],
    ['nothing', 'qliksense/session/start', '', 'unreadable'],
    ['far too much', 'qliksense/session/start', `a: b/${'c'.repeat(20_000)}`, 'too-large'],
  ] as const) {
    test(`${name}: rejected`, () => {
      assert.deepEqual(read(topic, payload), { ok: false, reason });
    });
  }

  test('bytes that are no text do no harm', () => {
    const bytes = Buffer.concat([Buffer.from('sense1: LAB/'), Buffer.from([0xff, 0xfe, 0x00])]);
    const reading = reader().read('qliksense/session/start', bytes);
    assert.ok(reading?.ok);
    assert.ok(reading.event.userId.isWellFormed());
  });
});
