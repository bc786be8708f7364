import { networkInterfaces } from 'node:os';
import type { Endpoint } from './remote-broker.ts';

/**
 * Makes the function that tells whether a peer is a broker of this machine on one of these ports.
 * @param ports the ports it listens on at present
 */
export function createOwnBrokerTest(
  ports: () => readonly (number | undefined)[],
): (peer: Endpoint) => boolean {
  return ({ host, port }) => ports().includes(port) && ownAddresses().has(host);
}

function ownAddresses(): ReadonlySet<string> {
  const addresses = new Set(['127.0.0.1', '::1']);
  try {
    for (const infos of Object.values(networkInterfaces())) {
      for (const { address } of infos ?? []) addresses.add(address);
    }
  } catch {
    // A hardened service may be kept from asking (RestrictAddressFamilies without AF_NETLINK).
  }
  return addresses;
}
