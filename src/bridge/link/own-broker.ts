import { addressWithoutZone, interfaceAddresses } from '../../platform/addresses.ts';
import type { Endpoint } from './remote-broker.ts';

/**
 * Makes the function that reports whether a peer is a broker of this machine on one of these ports.
 * @param ports the ports it currently listens on
 */
export function createOwnBrokerTest(
  ports: () => readonly (number | undefined)[],
): (peer: Endpoint) => boolean {
  return ({ host, port }) => ports().includes(port) && isOwn(addressWithoutZone(host));
}

/** Debian gives a machine's own name the address 127.0.1.1. */
const isOwn = (host: string): boolean =>
  host === '::1' ||
  host.startsWith('127.') ||
  interfaceAddresses().some(({ address }) => address === host);
