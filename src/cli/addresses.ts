import { networkInterfaces } from 'node:os';

/** The addresses at which others reach this machine; none when the system does not tell. */
export function reachableAddresses(): string[] {
  try {
    return Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
      .map(({ address }) => address);
  } catch {
    // A hardened service may be kept from asking (RestrictAddressFamilies without AF_NETLINK).
    return [];
  }
}
