import { type Attack, addressOf, type Scene } from './attack.ts';
import { keepCrowd, rest, whenAborted } from './crowd.ts';
import { openRawClient, openSocket } from './raw-client.ts';

/** How long a connection that sends byte by byte waits for the next, ms. */
const byteEveryMs = 2000;

type Door = 'mqttPort' | 'webPort' | 'tlsPort';

/** Holds connections open that have said `first`, and say a byte of `drip` now and then. */
const hold = (door: Door, first: Buffer, drip: Buffer) => async (scene: Scene) => {
  const { target, tally, signal } = scene;
  const port = target[door];
  if (port === undefined) return;
  await keepCrowd(scene, {
    perSecond: 4 * scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const localAddress = addressOf(scene, index);
      const { socket, ended } = openSocket(port, { target, localAddress, tally });
      whenAborted(signal, ended, () => socket.destroy());
      socket.resume();
      if (first.length > 0) socket.write(first);
      let at = 0;
      const timer = setInterval(() => {
        if (drip.length === 0) return;
        socket.write(drip.subarray(at, at + 1));
        at = (at + 1) % drip.length;
      }, byteEveryMs);
      await ended;
      clearInterval(timer);
      // A refused client comes back, but not at once.
      await rest(200, signal);
    },
  });
};

/** Holds as many clients as are let in; they are honest but for their number. */
async function takePlaces(scene: Scene): Promise<void> {
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const client = openRawClient({
        target: scene.target,
        localAddress: addressOf(scene, index),
        connect: { clientId: `place-${process.pid}-${index}` },
        tally: scene.tally,
      });
      whenAborted(scene.signal, client.ended, () => client.socket.destroy());
      const welcome = await client.welcome;
      if (welcome !== 'closed' && welcome.code !== 0) client.socket.destroy();
      await client.ended;
    },
  });
}

const nothing = Buffer.alloc(0);
const requestLine = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
/** A header that never ends, a byte at a time. */
const header = Buffer.from('X-Slow: 1\r\n');
const upgrade = Buffer.from(
  'GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    'Sec-WebSocket-Protocol: mqtt\r\n\r\n',
);
const keepAlive = Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
/** The head of a TLS record that announces a ClientHello of 512 bytes (RFC 8446, section 5.1). */
const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);

export const placeAttacks = {
  places: {
    what: 'one address holds as many clients as it may',
    count: 1000,
    addresses: 1,
    run: takePlaces,
  },
  'silent-mqtt': {
    what: 'one address holds silent connections to the broker',
    count: 2000,
    addresses: 1,
    run: hold('mqttPort', nothing, nothing),
  },
  'slow-http': {
    what: 'HTTP requests that come a byte every two seconds',
    count: 2000,
    addresses: 1,
    run: hold('webPort', requestLine, header),
  },
  'idle-http': {
    what: 'HTTP connections that ask once and stay',
    count: 500,
    addresses: 1,
    run: hold('webPort', keepAlive, nothing),
  },
  'silent-websockets': {
    what: 'WebSocket connections to the broker that say nothing',
    count: 500,
    addresses: 1,
    run: hold('webPort', upgrade, nothing),
  },
  'half-tls': {
    what: 'TLS handshakes that stop in the middle',
    count: 500,
    addresses: 1,
    run: hold('tlsPort', halfHello, nothing),
  },
} as const satisfies Record<string, Attack>;
