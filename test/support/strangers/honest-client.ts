import { Tally, type Target } from './attack.ts';
import {
  acknowledgement,
  type ConnectContent,
  publishId,
  subscribePacket,
  types,
} from './packets.ts';
import { openRawClient, type RawClient, type Welcome } from './raw-client.ts';

/** A client with a session that stays; it acknowledges what it gets. */
export interface HonestClient {
  readonly client: RawClient;
  readonly welcome: Welcome;
  /** The bodies of the PUBLISH packets, in order. */
  readonly received: readonly Buffer[];
}

export interface HonestOptions {
  readonly clientId: string;
  readonly localAddress?: string;
  /** Subscribes with QoS 1, where given. */
  readonly filter?: string;
  readonly credentials?: Pick<ConnectContent, 'userName' | 'password'>;
}

/** Connects, and resolves when the broker has let it in and taken its subscription, or not. */
export async function openHonestClient(
  target: Target,
  { clientId, localAddress = '127.0.0.1', filter, credentials }: HonestOptions,
): Promise<HonestClient> {
  const received: Buffer[] = [];
  let subscribed: () => void = () => {};
  const hasSubscribed = new Promise<void>((resolve) => {
    subscribed = resolve;
  });
  const client: RawClient = openRawClient({
    target,
    localAddress,
    connect: { clientId, clean: false, ...credentials },
    tally: new Tally(),
    onPacket: (first, body) => {
      if (first >> 4 === types.suback) subscribed();
      if (first >> 4 !== types.publish) return;
      received.push(body);
      if ((first & 6) !== 0) client.socket.write(acknowledgement('puback', publishId(body)));
    },
  });
  const welcome = await client.welcome;
  if (filter !== undefined && welcome !== 'closed' && welcome.code === 0) {
    client.socket.write(subscribePacket([filter], 1));
    await Promise.race([hasSubscribed, client.ended]);
  }
  return { client, welcome, received };
}

const crowdAddresses = 50;

/** So many of them, always with the same names and addresses. */
export function openHonestCrowd(
  target: Target,
  count: number,
  filter?: string,
): Promise<readonly HonestClient[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      openHonestClient(target, {
        clientId: `honest-${index}`,
        localAddress: `127.0.100.${2 + (index % crowdAddresses)}`,
        ...(filter !== undefined && { filter }),
      }),
    ),
  );
}

/** How many were let in, and how many of these found their session. */
export function countSessions(clients: readonly HonestClient[]) {
  const accepted = clients.filter(({ welcome }) => welcome !== 'closed' && welcome.code === 0);
  const present = accepted.filter(({ welcome }) => welcome !== 'closed' && welcome.sessionPresent);
  return { accepted: accepted.length, present: present.length };
}
