import { type Attack, addressOf, type Scene } from './attack.ts';
import { keepCrowd, rest, whenAborted } from './crowd.ts';
import {
  acknowledgement,
  type ConnectContent,
  disconnectPacket,
  subscribePacket,
  types,
} from './packets.ts';
import { openRawClient, type RawClient } from './raw-client.ts';

/** Everything that is published, some of it twice. */
const everything = ['#', 'qliksense/#'];

function stranger(
  { target, addresses, tally, signal }: Scene,
  index: number,
  connect: ConnectContent,
  onPacket?: (client: RawClient, first: number) => void,
): RawClient {
  const localAddress = addressOf({ addresses }, index);
  const client: RawClient = openRawClient({
    target,
    localAddress,
    connect,
    tally,
    onPacket: (first) => onPacket?.(client, first),
  });
  whenAborted(signal, client.ended, () => client.socket.destroy());
  return client;
}

/** Subscribes with QoS 1, and acknowledges nothing, or reads nothing at all. */
const crowd = (reads: boolean, qos: 0 | 1, clean: boolean) => async (scene: Scene) => {
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const connect = { clientId: `crowd-${index % scene.count}`, clean };
      const client = stranger(scene, index, connect, (_, first) => {
        if (first >> 4 === types.suback) {
          scene.tally.add('subscribed');
          // From here on what comes is thrown away unread, or stays in the socket.
          client.socket.removeAllListeners('data');
          if (reads) client.socket.resume();
          else client.socket.pause();
        }
      });
      const welcome = await client.welcome;
      if (welcome !== 'closed' && welcome.code === 0) {
        client.socket.write(subscribePacket(everything, qos));
      }
      await client.ended;
    },
  });
};

/** Connects with a session that stays, subscribes, and goes at once. */
const leaveSessions = (endless: boolean) => async (scene: Scene) => {
  let left = 0;
  let underway = 0;
  const done = new AbortController();
  whenAborted(scene.signal, new Promise(() => {}), () => done.abort());
  const leave = async (index: number) => {
    const connect = { clientId: `left-${process.pid}-${index}`, clean: false };
    let isLeft = false;
    const client = stranger(scene, index, connect, (_, first) => {
      if (first >> 4 !== types.suback) return;
      isLeft = true;
      client.socket.end(disconnectPacket);
    });
    const welcome = await client.welcome;
    if (welcome !== 'closed' && welcome.code === 0) {
      client.socket.write(subscribePacket(everything, 1));
    } else client.socket.destroy();
    await client.ended;
    if (!isLeft) return;
    left += 1;
    scene.tally.add('left');
    if (!endless && left >= scene.count) done.abort();
  };
  await keepCrowd(
    { count: 20 * scene.addresses.length, signal: done.signal },
    {
      perSecond: scene.perSecond * scene.addresses.length,
      open: async (index) => {
        // One that is refused is made up for later.
        if (!endless && left + underway >= scene.count) return;
        underway += 1;
        await leave(index);
        underway -= 1;
      },
    },
  );
  await rest(2 ** 31 - 1, scene.signal);
};

/** Connects as others are called: takes their session, wipes it, answers for them. */
async function steal(scene: Scene): Promise<void> {
  const { clientIds, tally } = scene;
  if (clientIds.length === 0) return;
  await keepCrowd(scene, {
    perSecond: scene.perSecond * scene.addresses.length,
    open: async (index) => {
      const clientId = clientIds[index % clientIds.length] ?? '';
      const clean = Math.floor(index / clientIds.length) % 2 === 1;
      const client = stranger(scene, index, { clientId, clean }, (_, first) => {
        if (first >> 4 === types.publish) tally.add('messages of others');
      });
      const welcome = await client.welcome;
      if (welcome !== 'closed' && welcome.code === 0) {
        tally.add(clean ? 'wiped' : 'taken over');
        if (welcome.sessionPresent) tally.add('sessions of others');
        for (let id = 1; id <= 100; id += 1) {
          client.socket.write(acknowledgement('puback', id));
          client.socket.write(acknowledgement('pubrel', id));
          client.socket.write(acknowledgement('pubrec', id));
          client.socket.write(acknowledgement('pubcomp', id));
        }
        await rest(500, scene.signal);
      }
      client.socket.destroy();
      await client.ended;
    },
  });
}

export const sessionAttacks = {
  'never-acknowledge': {
    what: 'clients with sessions subscribe with QoS 1 and acknowledge nothing',
    count: 990,
    addresses: 1,
    run: crowd(true, 1, false),
  },
  'never-acknowledge-spread': {
    what: 'the same from 20 addresses',
    count: 990,
    addresses: 20,
    run: crowd(true, 1, false),
  },
  'slow-readers': {
    what: 'clients subscribe with QoS 0 and read nothing',
    count: 100,
    addresses: 5,
    run: crowd(false, 0, true),
  },
  'slow-readers-qos1': {
    what: 'clients subscribe with QoS 1 and read nothing',
    count: 100,
    addresses: 5,
    run: crowd(false, 1, true),
  },
  'sessions-left': {
    what: 'so many sessions are left behind',
    count: 200,
    addresses: 5,
    run: leaveSessions(false),
  },
  'sessions-endless': {
    what: 'sessions are left behind, with new client ids without end',
    count: 0,
    addresses: 10,
    run: leaveSessions(true),
  },
  thieves: {
    what: 'clients connect with the client ids of others',
    count: 4,
    addresses: 2,
    run: steal,
  },
} as const satisfies Record<string, Attack>;
