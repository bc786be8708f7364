import type { NetworkInterfaceInfo } from 'node:os';
import { addressWithoutZone } from '../platform/plain-address.ts';

/** An address at which other machines reach this one. */
export interface OwnAddress {
  readonly address: string;
  /** The network interface it belongs to, e.g. `eth0`; empty when that is not known. */
  readonly interfaceName: string;
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * The addresses that a Sense server may send to: IPv4 first, then IPv6; those that only work on
 * one cable (link-local) come last, and IPv6 ones of that sort not at all, for they need a zone.
 * @param read as `os.networkInterfaces`, which fails where the process may not ask the kernel
 * @param reachedAt the address at which the request that asks arrived: surely one that works
 */
export function ownAddresses(read: () => Interfaces, reachedAt: string | undefined): OwnAddress[] {
  const found = Object.entries(interfacesFrom(read)).flatMap(([interfaceName, infos]) =>
    (infos ?? [])
      .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
      .map(({ address }) => ({ interfaceName, address })),
  );
  const own = addressWithoutZone(reachedAt ?? '');
  if (own && !isLoopback(own) && !found.some(({ address }) => address === own)) {
    found.push({ interfaceName: '', address: own });
  }
  const rank = ({ address }: OwnAddress) =>
    (address === own ? 0 : 1) +
    (address.startsWith('169.254.') ? 4 : 0) +
    (address.includes(':') ? 2 : 0);
  return found.sort((a, b) => rank(a) - rank(b));
}

const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address);

function interfacesFrom(read: () => Interfaces): Interfaces {
  try {
    return read();
  } catch {
    // systemd's RestrictAddressFamilies without AF_NETLINK forbids the question.
    return {};
  }
}
