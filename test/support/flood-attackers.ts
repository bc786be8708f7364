// Clients that flood a broker: started with `fork`, told by messages what to do. `{port, kind,
// attackers, seconds}` starts a flood, and the answer at its end says what it sent.
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';
import type { FloodKind, FloodOrder, FloodResult } from './floods.ts';

/** Filters in one packet, as many as the broker takes by default. */
const filters = 100;
/** What an attacker gives its socket at a time, bytes. */
const chunkBytes = 64 * 1024;

const generate = (packet: mqttPacket.Packet) => mqttPacket.generate(packet);

function connectPacket(clientId: string): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId,
    clean: true,
    keepalive: 0,
  });
}

function subscribe(qos: 0 | 1, filter: (index: number) => string): Buffer {
  const subscriptions = Array.from({ length: filters }, (_, index) => ({
    topic: filter(index),
    qos,
  }));
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions });
}

/** Another QoS each time: so the broker takes each filter away and adds it again. */
const subscribeInTurn = (filter: (index: number) => string) =>
  Buffer.concat([subscribe(0, filter), subscribe(1, filter)]);

const publish = (qos: 0 | 1 | 2, payload: number, messageId = 1) =>
  generate({
    cmd: 'publish',
    topic: 'flood/of/messages',
    payload: Buffer.alloc(payload, 'x'),
    qos,
    retain: false,
    dup: false,
    ...(qos > 0 && { messageId }),
  });

/** The bytes that an attacker sends again and again once it is connected. */
const rounds: Partial<Record<FloodKind, () => Buffer>> = {
  subscribe: () => subscribeInTurn((index) => `flood/plain/${index}`),
  wildcards: () => subscribeInTurn((index) => `retained/+/${index}/none/#`),
  retained: () => subscribeInTurn((index) => `${'+/'.repeat(1 + (index % 3))}#`),
  matching: () => subscribeInTurn((index) => (index % 2 ? `+/+/${index}` : `retained/${index}/#`)),
  unsubscribe: () =>
    generate({
      cmd: 'unsubscribe',
      messageId: 1,
      unsubscriptions: Array.from({ length: filters }, (_, index) => `flood/plain/${index}`),
    }),
  publish0: () => publish(0, 20),
  publish1: () => publish(1, 20),
  publish2: () =>
    Buffer.concat([publish(2, 20), generate({ cmd: 'pubrel', messageId: 1, reasonCode: 0 })]),
  large: () => publish(0, 200_000),
  ping: () => generate({ cmd: 'pingreq' }),
  tiny: () => generate({ cmd: 'puback', messageId: 7, reasonCode: 0 }),
  system: () => subscribeInTurn((index) => `$SYS/broker/clients/${index}`),
};

function open(order: FloodOrder, attacker: number): Socket {
  const socket = connect({
    port: order.port,
    host: '127.0.0.1',
    localAddress: `127.0.0.${2 + attacker}`,
  });
  socket.on('error', () => {});
  socket.on('data', () => {});
  return socket;
}

/** Resolves when the socket takes more, or is closed. */
const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });

async function floodOnOneConnection(order: FloodOrder, attacker: number, end: number) {
  const round = rounds[order.kind]?.() ?? Buffer.alloc(0);
  const chunk = Buffer.concat(
    Array<Buffer>(Math.max(1, Math.floor(chunkBytes / round.length))).fill(round),
  );
  const socket = open(order, attacker);
  socket.write(connectPacket(`attacker-${attacker}`));
  let sent = 0;
  while (performance.now() < end && !socket.destroyed) {
    const hasRoom = socket.write(chunk);
    sent += chunk.length;
    if (hasRoom) await pause(0);
    else await Promise.race([drained(socket), pause(Math.max(0, end - performance.now()))]);
  }
  socket.destroy();
  return sent;
}

/** One connection after the other; `bytes` is all that each sends. */
async function floodOfConnections(
  order: FloodOrder,
  attacker: number,
  end: number,
  bytes: (number: number) => Buffer,
) {
  let sent = 0;
  while (performance.now() < end) {
    const socket = open(order, attacker);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const content = bytes(sent);
    socket.end(content);
    sent += 1;
    await Promise.race([closed, pause(200)]);
    socket.destroy();
  }
  return sent;
}

const disconnect = generate({ cmd: 'disconnect' });
/** Neither a CONNECT nor anything else, the same in every run. */
const garbage = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 31 + 17) & 255));

async function attack(order: FloodOrder, attacker: number, end: number): Promise<number> {
  const manyAtOnce = (bytes: (number: number) => Buffer) =>
    Promise.all(
      Array.from({ length: 5 }, () => floodOfConnections(order, attacker, end, bytes)),
    ).then((counts) => counts.reduce((sum, count) => sum + count, 0));
  if (order.kind === 'connect') {
    return manyAtOnce((number) =>
      Buffer.concat([connectPacket(`attacker-${attacker}-${number}`), disconnect]),
    );
  }
  if (order.kind === 'garbage') {
    return manyAtOnce((number) =>
      number % 2 ? garbage : Buffer.concat([connectPacket(`attacker-${attacker}`), garbage]),
    );
  }
  if (order.kind === 'none') {
    await pause(end - performance.now());
    return 0;
  }
  return floodOnOneConnection(order, attacker, end);
}

process.on('message', async (order: FloodOrder) => {
  const end = performance.now() + order.seconds * 1000;
  const sent = await Promise.all(
    Array.from({ length: order.attackers }, (_, attacker) => attack(order, attacker, end)),
  );
  const result: FloodResult = { sent: sent.reduce((sum, count) => sum + count, 0) };
  process.send?.(result);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
