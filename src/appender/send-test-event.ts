import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { EventKind } from '../events/kinds.ts';
import { testUser } from '../events/test-user.ts';
import { addressToReach } from '../platform/listen-address.ts';
import { encodeDatagram } from './datagram.ts';

export interface TestEventTarget {
  /** The address that the UDP server listens on. */
  readonly host: string;
  readonly port: number;
}

/**
 * Sends the appliance a datagram through the network stack, as a Sense server does.
 * @param hostName the Sense server's name in the datagram
 * Rejects when the datagram can't be sent; UDP does not report whether it arrives.
 */
export async function sendTestEvent(
  kind: EventKind,
  hostName: string,
  { host, port }: TestEventTarget,
): Promise<void> {
  const address = addressToReach(host);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const datagram = encodeDatagram({
    kind,
    host: hostName,
    ...testUser,
    appId: '00000000-0000-0000-0000-000000000000',
    userAgent: '',
    dialect: 'butler-6',
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(datagram, port, address, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}
