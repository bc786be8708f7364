import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { colours } from '../../hardware/lamp.ts';
import { createApp } from '../../src/appliance/appliance.ts';
import type { UserEvent } from '../../src/events/user-event.ts';
import type { Sink } from '../../src/fan-out/sink.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { recordOf } from '../../src/platform/record-of.ts';
import { openMqttSocket } from '../support/mqtt-socket.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, testConfig } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';
const close = '/proxy-connection/;sense1;Close connection;LAB;goran;AppAccess;/hub/;m';
const start = '/proxy-session/;sense1;Start session;LAB;goran;AppAccess;/hub/;m';
const stop = '/proxy-session/;sense1;Stop session;LAB;goran;AppAccess;/hub/;m';

/** What the kernel keeps for a socket of this process until it is read, going by proc_pid_net(5). */
function bytesToRead({ localPort = 0 }: Socket): number {
  const wanted = `:${localPort.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/self/net/tcp', 'utf8').split('\n')) {
    // sl, local_address, rem_address, st, tx_queue:rx_queue (bytes, hexadecimal), …
    const [, local, , , queues = ''] = line.trim().split(/\s+/);
    if (local?.endsWith(wanted)) return Number.parseInt(queues.split(':')[1] ?? '', 16);
  }
  return 0;
}

describe('the appliance', () => {
  test('an opened app: green blinks once, and every topic carries it', async (context) => {
    const { send, subscribe, lampTestOver, lampChanges } = await startTestApp(context);
    const { received, messages } = await subscribe('#');
    await lampTestOver();
    const before = lampChanges.length;
    await send(open);

    assert.equal(await received('qliksense/connection/open'), 'sense1: LAB/goran');
    const userEvent = JSON.parse(await received('qliksense/userevent'));
    assert.deepEqual(userEvent, {
      messageType: 'qseow-proxy-connection',
      host: 'sense1',
      command: 'Open connection',
      userDir: 'LAB',
      userId: 'goran',
      origin: 'AppAccess',
      context: '/hub/',
      message: 'm',
      tags: {},
    });
    const event: UserEvent = JSON.parse(await received('blinky/event'));
    assert.match(event.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.match(event.receivedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(event.kind, 'connection-open');
    assert.equal(event.source, '127.0.0.1');

    await waitFor('green to be dark again', () => lampChanges.length >= before + 2);
    assert.deepEqual(
      lampChanges.slice(before).map(({ colour, on }) => [colour, on]),
      [
        ['green', true],
        ['green', false],
      ],
    );
    await waitFor('OFF on blinky/light/green', () =>
      messages.some(
        ({ topic, payload, retained }) =>
          topic === 'blinky/light/green' && payload === 'OFF' && !retained,
      ),
    );
  });

  test('a closed app: red blinks; sessions blink nothing, unless configured', async (context) => {
    const { send, blinks, subscribe } = await startTestApp(context, [
      'lightConfig.sessionStop=red',
      'lightConfig.onMs=50',
      'lightConfig.offMs=50',
    ]);
    const { received } = await subscribe('qliksense/#');
    await send(start);
    await received('qliksense/session/start');
    await send(close);
    await send(stop);
    await received('qliksense/session/stop');
    await waitFor('two red blinks', () => blinks('red') === 2);
    assert.equal(blinks('green'), 0);
  });

  test('active users: counted per user and host, retained, and known after a restart', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, [], { stateDirectory });
    const { messages } = await first.subscribe('qliksense/users/#');
    const last = (topic: string) => messages.findLast((one) => one.topic === topic)?.payload;
    await first.send(start);
    await first.send(start.replaceAll('goran', 'anna'));
    await first.send(start.replaceAll('sense1', 'sense2'));
    await waitFor('two users', () => last('qliksense/users/active/count') === '2');
    await waitFor(
      'goran on sense2',
      () => last('qliksense/users/activeperserver/sense2/count') === '1',
    );
    assert.deepEqual(JSON.parse(last('qliksense/users/active/usernames') ?? '').sort(), [
      'anna',
      'goran',
    ]);
    assert.equal(last('qliksense/users/activeperserver/sense1/count'), '2');
    await first.stop();

    const second = await startTestApp(context, [], { stateDirectory });
    const after = await second.subscribe('qliksense/users/#');
    assert.equal(await after.received('qliksense/users/active/count'), '2');
    assert.ok(after.messages.every(({ retained }) => retained));
    await second.send(stop.replaceAll('goran', 'anna'));
    await waitFor('one user', () =>
      after.messages.some(
        ({ topic, payload }) => topic.endsWith('active/count') && payload === '1',
      ),
    );
  });

  test('a sink that throws, one that never returns and one that never starts delay nobody', async (context) => {
    const seen: string[] = [];
    const sink = (name: string, accept: Sink['accept'], begin = async () => {}): Sink => ({
      name,
      start: begin,
      accept,
      stop: async () => {},
    });
    const { send, subscribe, blinks } = await startTestApp(context, ['lightConfig.onMs=50'], {
      extraSinks: [
        sink('throws', () => {
          throw new Error('broken on purpose');
        }),
        sink('hangs', () => new Promise(() => {})),
        sink('rejects', async () => {
          throw new Error('broken on purpose, later');
        }),
        sink(
          'does not start',
          () => {},
          async () => {
            throw new Error('not today');
          },
        ),
        sink('works', (event) => {
          seen.push(event.userId);
        }),
      ],
    });
    const { messages } = await subscribe('qliksense/connection/open');
    for (let index = 0; index < 3; index += 1) await send(open.replace('goran', `user${index}`));
    await waitFor('three events at the last sink', () => seen.length === 3);
    await waitFor('three messages', () => messages.length === 3);
    await waitFor('three blinks', () => blinks('green') === 3);
  });

  test('a bug in the lights is logged with its stack, and everybody else has the event', async (context) => {
    let isBroken = false;
    const { app, lines, lampTestOver, send, subscribe } = await startTestApp(context, [], {
      onLight: () => {
        if (!isBroken) return;
        isBroken = false;
        throw new TypeError('made on purpose');
      },
    });
    await lampTestOver();
    const { received } = await subscribe('qliksense/connection/open');
    isBroken = true;
    await send(open);
    await received('qliksense/connection/open');
    const errors = lines.filter((line) => line.startsWith('error'));
    assert.match(
      errors.join('\n'),
      /lights: can't handle an event: TypeError: made on purpose +at /,
    );
    assert.equal(app.health.faults().length, 0);
  });

  test('the stack of a part that does not start is in the log, and in no answer', async (context) => {
    const { get, lines } = await startTestApp(context, [], {
      extraSinks: [
        {
          name: 'broken',
          start: async () => {
            throw new TypeError(`made on purpose in ${import.meta.filename}`);
          },
          accept: () => {},
          stop: async () => {},
        },
      ],
    });
    assert.match(lines.join('\n'), /broken: did not start: TypeError: made on purpose .* at /);
    for (const path of ['/healthz', '/api/status']) {
      const answer = await get(path);
      const text = await answer.text();
      assert.match(text, /did not start: made on purpose in …/, path);
      assert.doesNotMatch(text, /\bat .*:\d+:\d+|\.ts\b|node:/, path);
    }
  });

  test('the light is on before any other sink has run', async (context) => {
    const order: string[] = [];
    const { send, lampTestOver } = await startTestApp(context, [], {
      onLight: (colour, lit) => void (lit && order.push(colour)),
      extraSinks: [
        {
          name: 'other',
          start: async () => {},
          accept: () => void order.push('other'),
          stop: async () => {},
        },
      ],
    });
    await lampTestOver();
    await send(open);
    await waitFor('the other sink', () => order.length === 4);
    assert.deepEqual(order, ['green', 'red', 'green', 'other']);
  });

  test('subscribers have an event before the sinks after the broker run', async (context) => {
    const order: string[] = [];
    const { app, send } = await startTestApp(context, [], {
      extraSinks: [
        {
          name: 'other',
          start: async () => {},
          accept: () => void order.push(bytesToRead(client.socket) > 0 ? 'sent' : 'not sent yet'),
          stop: async () => {},
        },
      ],
    });
    const client = await openMqttSocket(context, app.ports.mqtt);
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'blinky/event', qos: 0 }],
    });
    await client.received('suback');
    await send(open);
    await client.received('publish');
    await waitFor('the other sink', () => order.length === 1);
    assert.deepEqual(order, ['sent']);
  });

  test('a sink that does not stop is left behind at the deadline, and the lights are dark', async (context) => {
    const { app, send, blinks } = await startTestApp(context, [], {
      extraSinks: [
        {
          name: 'does not stop',
          start: async () => {},
          accept: () => {},
          stop: () => new Promise(() => {}),
        },
      ],
    });
    await send(open);
    await waitFor('the light', () => blinks('green') === 1);
    const deadline = new AbortController();
    const stopped = app.stop(deadline.signal);
    deadline.abort();
    await stopped;
    assert.equal(app.lights.lights.green.lit, false);
    assert.equal(app.ports.udp, undefined);
    assert.equal(app.ports.mqtt, undefined);
  });

  test('events that come before the broker and the page are up are not lost', async (context) => {
    const sender = createSocket('udp4');
    context.after(() => sender.close());
    const seen: UserEvent[] = [];
    let mqttPortThen: number | undefined;
    const log = createLog({
      level: 'info',
      style: 'plain',
      now: () => new Date(),
      writeLine: (line) => {
        const port = /Sense events on udp:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (!port) return;
        mqttPortThen = app.ports.mqtt;
        for (let index = 0; index < 20; index += 1) sender.send(open, Number(port), '127.0.0.1');
      },
    });
    const app = createApp({
      config: testConfig(),
      version: '0',
      stateDirectory: temporaryFolder(context),
      slackToken: { tokenFile: '' },
      openLamps: async () => {
        const lamp = { set: () => {}, close: () => {} };
        return { lamps: recordOf(colours, () => lamp), description: 'lamps of a test' };
      },
      clock: systemClock,
      random: Math.random,
      log,
      extraSinks: [
        {
          name: 'last to start',
          start: async () => {},
          accept: (event) => void seen.push(event),
          stop: async () => {},
        },
      ],
    });
    context.after(() => app.stop(AbortSignal.timeout(1000)));
    await app.start();
    assert.equal(mqttPortThen, undefined, 'the broker was up: the test shows nothing');
    await waitFor('every event', () => seen.length === 20);
    const response = await fetch(`http://127.0.0.1:${app.ports.web}/api/events`);
    const { events } = (await response.json()) as { events: UserEvent[] };
    assert.equal(events.length, 20);
  });

  test('bad datagrams: counted by reason, logged once a second, no light, no message', async (context) => {
    const { app, send, get, subscribe, lines, blinks } = await startTestApp(context);
    const { messages, received } = await subscribe(['qliksense/#', 'blinky/event']);
    for (let index = 0; index < 50; index += 1) await send('rubbish;from;somewhere;else');
    await send('/proxy-user-event/;sense1;x;y;z');
    await send(open);
    await received('qliksense/connection/open');

    const status = (await (await get('/api/status')).json()) as {
      rejected: Record<string, number>;
    };
    assert.equal(status.rejected['unknown-command'], 50);
    assert.equal(status.rejected['wrong-appender'], 1);
    const rejections = lines.filter((line) => line.includes('rejected'));
    assert.equal(rejections.length, 1, rejections.join('\n'));
    assert.match(rejections[0] ?? '', /rejected a datagram from 127\.0\.0\.1:\d+: .*rubbish/);
    await waitFor('the sum of those not logged', () =>
      lines.some((line) => line.includes('rejected 50 more')),
    );
    assert.equal(messages.filter(({ topic }) => topic === 'blinky/event').length, 1);
    assert.equal(blinks('green'), 1);
    assert.ok(app.health.faults().length === 0);
  });

  test('senders that are not allowed, and users who are left out', async (context) => {
    const { send, get, subscribe } = await startTestApp(context, [
      'userEvents.excludeUser=[{directory: lab, userId: MONITOR}]',
      'udpServerConfig.allowFrom=[127.0.0.0/8]',
    ]);
    const { messages, received } = await subscribe('blinky/event');
    await send(open.replace('goran', 'monitor'));
    await send(open);
    await received('blinky/event');
    assert.equal(messages.length, 1);
    const status = (await (await get('/api/status')).json()) as { excluded: number };
    assert.equal(status.excluded, 1);

    const closed = await startTestApp(context, ['udpServerConfig.allowFrom=[10.0.0.0/8]']);
    await closed.send(open);
    await waitFor('the rejection', () =>
      closed.lines.some((line) => line.includes('Butler.udpServerConfig.allowFrom')),
    );
    assert.equal(closed.blinks('green'), 0);
  });

  test('host names can do no harm in a topic', async (context) => {
    const { send, subscribe } = await startTestApp(context);
    const { messages, received } = await subscribe('#');
    await send(start.replace('sense1', 'a/b+c#'));
    await received('qliksense/users/activeperserver/a_b_c_/count');
    await send(`h;Start session;;${'€'.repeat(100)}`);
    await waitFor(
      'the second event',
      () => messages.filter(({ topic }) => topic === 'blinky/event').length === 2,
    );
  });

  test('payload: json puts Butler SOS JSON on the four topics', async (context) => {
    const { send, subscribe } = await startTestApp(context, ['mqttConfig.payload=json']);
    const { received } = await subscribe('qliksense/connection/open');
    await send(open);
    assert.equal(JSON.parse(await received('qliksense/connection/open')).userId, 'goran');
  });

  test('a port in use: named with what to change, the rest works, healed by itself', async (context) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await waitFor('the squatter', () => squatter.listening);
    const address = squatter.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    context.after(() => squatter.close());
    const { get, lines, send, blinks, app } = await startTestApp(context, [
      `brokerConfig.port=${port}`,
    ]);
    const health = await get('/healthz');
    assert.equal(health.status, 503);
    const { faults } = (await health.json()) as { faults: { part: string; remedy: string }[] };
    assert.equal(faults[0]?.part, 'mqtt');
    assert.match(faults[0]?.remedy ?? '', /Butler\.brokerConfig\.port/);
    assert.equal(
      lines.filter((line) => line.includes(`TCP port ${port} for MQTT is in use`)).length,
      1,
    );
    await send(open);
    await waitFor('the light', () => blinks('green') === 1);

    squatter.close();
    await waitFor('the broker', () => app.ports.mqtt === port);
    assert.equal((await get('/healthz')).status, 200);
  });

  test('a UDP port in use: the same', async (context) => {
    const squatter = createSocket('udp4');
    await new Promise<void>((resolve) => squatter.bind(0, '127.0.0.1', resolve));
    const { port } = squatter.address();
    const { get, lines, app } = await startTestApp(context, [
      `udpServerConfig.portSessionConnectionEvents=${port}`,
    ]);
    assert.equal((await get('/healthz')).status, 503);
    assert.ok(lines.some((line) => line.includes(`UDP port ${port} for Sense events is in use`)));
    squatter.close();
    await waitFor('the UDP port', () => app.ports.udp === port);
    assert.equal((await get('/healthz')).status, 200);
  });

  test("the page's port in use: said in the log, the rest works, healed by itself", async (context) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await waitFor('the squatter', () => squatter.listening);
    const address = squatter.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    context.after(() => squatter.close());
    const { app, send, subscribe, blinks, lines, get } = await startTestApp(context, [
      `webConfig.port=${port}`,
    ]);
    const { received } = await subscribe('qliksense/connection/open');
    await send(open);
    await received('qliksense/connection/open');
    await waitFor('the light', () => blinks('green') === 1);
    assert.ok(
      lines.some(
        (line) =>
          line.includes(`TCP port ${port} for the web page is in use by another program`) &&
          line.includes('Butler.webConfig.port'),
      ),
    );
    squatter.close();
    await waitFor('the page', () => app.ports.web === port);
    assert.equal((await get('/healthz')).status, 200);
  });

  test('a lamp that fails: reported once, the rest works, opened again', async (context) => {
    let broken = false;
    let openings = 0;
    const driven: boolean[] = [];
    const { app, send, subscribe, lines } = await startTestApp(context, [], {
      openLamps: async () => {
        openings += 1;
        if (broken && openings === 2) throw new Error('still no lamp');
        broken = false;
        return {
          lamps: {
            green: {
              set: (on) => {
                if (broken) throw new Error('the pin is gone');
                driven.push(on);
              },
              close: () => {},
            },
            red: { set: () => {}, close: () => {} },
          },
          description: 'lamps of a test',
        };
      },
    });
    await waitFor('end of the lamp test', () => app.lights.lights.green.planner.idle);
    broken = true;
    const { received } = await subscribe('qliksense/connection/open');
    await send(open);
    await received('qliksense/connection/open');
    await waitFor('the fault', () => app.health.part('lights').status.state === 'fault');
    await waitFor('the mended lamp', () => app.health.part('lights').status.state === 'ok');
    assert.equal(openings, 3);
    assert.equal(lines.filter((line) => line.includes('the pin is gone')).length, 1);
  });

  test('the metrics tell of events, rejections and latency, and name nobody', async (context) => {
    const { send, get, subscribe } = await startTestApp(context);
    const { received } = await subscribe('blinky/event');
    await send(open);
    await send('nonsense');
    await received('blinky/event');
    const text = await (await get('/metrics')).text();
    assert.match(text, /blinky_events_total\{kind="connection-open"\} 1/);
    assert.match(text, /blinky_datagrams_rejected_total\{reason="unknown-command"\} 1/);
    assert.match(text, /blinky_light_latency_seconds_count 1/);
    assert.match(text, /blinky_event_loop_delay_seconds\{quantile="0\.99"\} \d/);
    assert.match(text, /process_open_fds \d\d/);
    assert.doesNotMatch(text, /goran|sense1/);
  });

  test('the last events, newest first', async (context) => {
    const { send, get, subscribe } = await startTestApp(context);
    const { messages } = await subscribe('blinky/event');
    await send(open);
    await send(close);
    await waitFor('both', () => messages.length === 2);
    const { events } = (await (await get('/api/events')).json()) as { events: UserEvent[] };
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['connection-close', 'connection-open'],
    );
  });

  test('blinky/blink asks for a test blink, from whoever may publish', async (context) => {
    const open = await startTestApp(context, ['brokerConfig.access.anonymous=publish']);
    const { client } = await open.subscribe('blinky/#');
    await client.publishAsync('blinky/blink', 'red');
    await waitFor('red', () => open.blinks('red') === 1);

    const closed = await startTestApp(context);
    const subscriber = await closed.subscribe('#');
    await subscriber.client.publishAsync('blinky/blink', 'red');
    await subscriber.client.publishAsync('qliksense/connection/open', 'forged: LAB/nobody', {
      qos: 1,
      retain: true,
    });
    await closed.send('h;Open connection;LAB;goran');
    assert.equal(await subscriber.received('qliksense/connection/open'), 'h: LAB/goran');
    assert.equal(closed.blinks('red'), 0);
    assert.ok(subscriber.client.connected);
  });
});
