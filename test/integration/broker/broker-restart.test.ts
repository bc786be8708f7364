import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../../support/test-app.ts';
import { TickingClock } from '../../support/ticking-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

const open =
  '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/app/x;for user LAB\\goran';
const anybodyPublishes = ['brokerConfig.access.anonymous=publish'];

/** The contents of the disk at this moment, as after a power cut. */
function copyOfDisk(context: TestContext, stateDirectory: string): string {
  const copy = join(temporaryFolder(context), 'state');
  cpSync(stateDirectory, copy, { recursive: true });
  return copy;
}

interface Member {
  readonly client: MqttClient;
  readonly received: { topic: string; payload: string; dup: boolean; qos: number }[];
  readonly sessionPresent: boolean;
}

/** A client with a session that survives its connection. */
async function joinIn(
  context: TestContext,
  { app }: Pick<TestApp, 'app'>,
  options: IClientOptions = {},
): Promise<Member> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${app.ports.mqtt}`, {
    clientId: 'lamp',
    clean: false,
    reconnectPeriod: 0,
    ...options,
  });
  context.after(() => client.endAsync(true));
  const received: Member['received'] = [];
  let sessionPresent = false;
  client.on('message', (topic, payload, { dup, qos }) => {
    received.push({ topic, payload: payload.toString(), dup, qos });
  });
  client.on('connect', (connack) => {
    sessionPresent = connack.sessionPresent;
  });
  await waitFor('connection to the broker', () => client.connected);
  return { client, received, sessionPresent };
}

describe('the broker after a restart', () => {
  test('events that arrive while a client with a session is offline wait for it', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, [], { stateDirectory });
    const before = await joinIn(context, first);
    await before.client.subscribeAsync('qliksense/connection/+', { qos: 1 });
    await before.client.endAsync();
    const plain = await first.subscribe('qliksense/#');
    await first.send(open);
    await plain.received('qliksense/connection/open');
    await first.stop();

    const second = await startTestApp(context, [], { stateDirectory });
    const { received, sessionPresent } = await joinIn(context, second);
    await waitFor('the event', () => received.length > 0);
    assert.deepEqual(
      received.map(({ topic, payload, qos }) => ({ topic, payload, qos })),
      [{ topic: 'qliksense/connection/open', payload: 'sense1: LAB/goran', qos: 1 }],
    );
    assert.ok(sessionPresent);
    await second.send(open);
    await waitFor('the next event', () => received.length > 1);
  });

  test('what has been acknowledged is on disk', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, anybodyPublishes, { stateDirectory });
    const lamp = await joinIn(context, first);
    await lamp.client.subscribeAsync('lamps//a', { qos: 2 });
    await lamp.client.endAsync();
    const sensor = await joinIn(context, first, { clientId: 'sensor', clean: true });
    await sensor.client.publishAsync('lamps//a', 'one', { qos: 1 });
    await sensor.client.publishAsync('lamps//a', 'two', { qos: 2 });
    await sensor.client.publishAsync('kept//', Buffer.from([0xff, 0, 1]), { qos: 1, retain: true });
    const copy = copyOfDisk(context, stateDirectory);

    const second = await startTestApp(context, anybodyPublishes, { stateDirectory: copy });
    const back = await joinIn(context, second);
    await waitFor('both messages', () => back.received.length > 1);
    assert.deepEqual(
      back.received.map(({ payload, qos }) => `${payload} ${qos}`),
      ['one 1', 'two 2'],
    );
    // A level may be empty, and a payload is bytes.
    const reader = await joinIn(context, second, { clientId: 'reader', clean: true });
    let kept: Buffer | undefined;
    reader.client.on('message', (_topic, payload) => {
      kept = payload;
    });
    await reader.client.subscribeAsync('kept/+/+');
    await waitFor('the retained message', () => kept);
    assert.deepEqual(kept, Buffer.from([0xff, 0, 1]));
  });

  test('the will of a client that was connected at a power cut is published, blinky/status is online', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, anybodyPublishes, { stateDirectory });
    const will = {
      topic: 'lamps/state',
      payload: Buffer.from('gone'),
      qos: 1,
      retain: true,
    } as const;
    await joinIn(context, first, { clientId: 'with-will', will });
    await waitFor('the will on disk', () => onDisk(stateDirectory).includes('will/with-will'));
    const copy = copyOfDisk(context, stateDirectory);
    assert.ok(!onDisk(copy).includes('retained/blinky/'), 'own topics are not written');

    const second = await startTestApp(context, anybodyPublishes, { stateDirectory: copy });
    const late = await second.subscribe(['lamps/state', 'blinky/status']);
    assert.equal(await late.received('lamps/state'), 'gone');
    assert.equal(await late.received('blinky/status'), 'online');
    await second.stop();
    const third = await startTestApp(context, anybodyPublishes, { stateDirectory: copy });
    const heard = await third.subscribe('lamps/state');
    assert.equal(await heard.received('lamps/state'), 'gone');
  });

  test('a session without subscriptions is still a session, and expires', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const clock = new TickingClock();
    const settings = ['brokerConfig.limits.sessionExpirySeconds=3600'];
    const first = await startTestApp(context, settings, { stateDirectory, clock });
    const before = await joinIn(context, first);
    assert.equal(before.sessionPresent, false);
    await before.client.endAsync();
    await first.stop();

    const second = await startTestApp(context, settings, { stateDirectory, clock });
    const again = await joinIn(context, second);
    assert.equal(again.sessionPresent, true);
    await again.client.endAsync();
    await second.stop();

    clock.jump(3_700_000);
    const third = await startTestApp(context, settings, { stateDirectory, clock });
    assert.equal((await joinIn(context, third)).sessionPresent, false);
  });

  test('a new session clears the open QoS 2 messages of the last one', async (context) => {
    const app = await startTestApp(context, anybodyPublishes);
    const lamp = await app.subscribe('lamps/#');
    for (const payload of ['one', 'two']) {
      // Disconnects before it releases the message; the next one uses the same identifier.
      const sensor = await joinIn(context, app, { clientId: 'sensor', clean: true });
      const { client } = sensor;
      client.getLastMessageId();
      (client as unknown as { messageIdProvider: { nextId: number } }).messageIdProvider.nextId = 7;
      client.on('packetreceive', ({ cmd }) => {
        if (cmd === 'pubrec') client.stream.destroy();
      });
      client.publish('lamps/a', payload, { qos: 2 }, () => {});
      await waitFor(`message ${payload}`, () =>
        lamp.messages.some((message) => message.payload === payload),
      );
      await client.endAsync(true);
    }
  });

  test('unacknowledged messages are sent again, marked as duplicates', async (context) => {
    const app = await startTestApp(context, anybodyPublishes);
    const lamp = await joinIn(context, app);
    await lamp.client.subscribeAsync('lamps/#', { qos: 1 });
    lamp.client.handleMessage = () => {
      lamp.client.stream.destroy();
    };
    const sensor = await joinIn(context, app, { clientId: 'sensor', clean: true });
    await sensor.client.publishAsync('lamps/a', 'again', { qos: 1 });
    await waitFor('the end of the connection', () => !lamp.client.connected);
    const back = await joinIn(context, app);
    await waitFor('the message', () => back.received.length > 0);
    assert.deepEqual(
      back.received.map(({ payload, dup }) => ({ payload, dup })),
      [{ payload: 'again', dup: true }],
    );
  });

  test('what a client may not publish takes no place in a queue', async (context) => {
    const app = await startTestApp(context, ['brokerConfig.limits.queuedPerClient=4']);
    const lamp = await joinIn(context, app);
    await lamp.client.subscribeAsync(['#', '$SYS/#'], { qos: 1 });
    await lamp.client.endAsync();
    const plain = await app.subscribe('blinky/event');
    await app.send(open);
    await plain.received('blinky/event');
    for (let number = 0; number < 20; number += 1) {
      await plain.client.publishAsync('lamps/a', 'no', { qos: number % 2 ? 1 : 2 });
    }
    const back = await joinIn(context, app);
    await waitFor('the event', () => back.received.some(({ topic }) => topic === 'blinky/event'));
    assert.ok(back.received.every(({ topic }) => topic !== 'lamps/a'));
  });

  test('a full disk stops neither broker nor light; waiting changes are written when there is room', async (context) => {
    const disk = mountSmallDisk(context, 4);
    if (!disk) return;
    const stateDirectory = join(disk.folder, 'state');
    const first = await startTestApp(context, anybodyPublishes, { stateDirectory });
    const lamp = await joinIn(context, first);
    await lamp.client.subscribeAsync('lamps/#', { qos: 1 });
    await lamp.client.endAsync();
    disk.fill();
    const sensor = await joinIn(context, first, { clientId: 'sensor', clean: true });
    const plain = await first.subscribe('qliksense/#');
    const big = 'x'.repeat(20_000);
    for (let number = 0; number < 20; number += 1) {
      await sensor.client.publishAsync('lamps/a', `${number} ${big}`, { qos: 1 });
    }
    await first.send(open);
    await plain.received('qliksense/connection/open');
    await waitFor('the light', () => first.blinks('green') > 0);
    await waitFor('the fault', () => first.app.health.statuses().get('state')?.state === 'fault');
    disk.makeRoom();
    await waitFor(
      'the disk to work',
      () => first.lines.some((line) => /on disk again/.test(line)),
      60_000,
    );
    await first.stop();

    const second = await startTestApp(context, anybodyPublishes, { stateDirectory });
    const back = await joinIn(context, second);
    await waitFor('all messages', () => back.received.length >= 20);
    assert.deepEqual(
      back.received.map(({ payload }) => Number(payload.split(' ')[0])),
      Array.from({ length: 20 }, (_, number) => number),
    );
  });

  test('if no client is offline, the broker does not write an event to disk', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const app = await startTestApp(context, [], { stateDirectory });
    const plain = await app.subscribe('#', { clientId: 'plain' });
    const before = onDisk(stateDirectory).split('!broker!').length;
    for (let event = 0; event < 50; event += 1) await app.send(open);
    await waitFor('the events', () => {
      return plain.messages.filter(({ topic }) => topic === 'blinky/event').length === 50;
    });
    await app.stop();
    const after = onDisk(stateDirectory).split('!broker!').length;
    context.diagnostic(`50 events, ${after - before} writes of the broker's`);
    assert.equal(after, before);
  });
});

/** The bytes of LevelDB's log, which contains every write. */
function onDisk(stateDirectory: string): string {
  const folder = join(stateDirectory, 'db');
  return readdirSync(folder)
    .filter((file) => /\.(log|ldb)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('');
}
