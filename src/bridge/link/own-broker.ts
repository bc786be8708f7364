import { networkInterfaces } from 'node:os';
import { addressWithoutZone } from '../../platform/plain-address.ts';
import type { Endpoint } from './remote-broker.ts';

/**
 * Makes the function that tells whether a peer is a broker of this machine on one of these ports.
 * @param ports the ports it listens on at present
 */
export function createOwnBrokerTest(
  ports: () => readonly (number | undefined)[],
): (peer: Endpoint) => boolean {
  return ({ host, port }) => ports().includes(port) && isOwn(addressWithoutZone(host));
}

/** Debian gives a machine's own name the address 127.0.1.1. */
const isOwn = (host: string): boolean =>
  host === '::1' || host.startsWith('127.') || ownAddresses().has(host);

function ownAddresses(): ReadonlySet<string> {
  const addresses = new Set<string>();
  try {
    for (const infos of Object.values(networkInterfaces())) {
      for (const { address } of infos ?? []) addresses.add(address);
    }
  } catch {
    // A hardened service may be kept from asking (RestrictAddressFamilies without AF_NETLINK).
  }
  return addresses;
}
