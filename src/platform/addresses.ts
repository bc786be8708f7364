import { isIPv4, isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** How an IPv6 socket shows an IPv4 address (RFC 4291, section 2.5.5.2). */
const mappedPrefix = '::ffff:';

/**
 * An IPv4 address as people write it, even if an IPv6 socket shows it as `::ffff:10.0.0.7`; other
 * addresses unchanged. Cheap, because every datagram and connection passes through here.
 */
export function plainAddress(address: string): string {
  return address.startsWith(mappedPrefix) && address.includes('.', mappedPrefix.length)
    ? address.slice(mappedPrefix.length)
    : address;
}

/** The same, without the zone of a link-local address, which only matters on this machine. */
export function addressWithoutZone(address: string): string {
  const plain = plainAddress(address);
  const zone = plain.indexOf('%');
  return zone < 0 ? plain : plain.slice(0, zone);
}

/** Address and port as one text; an IPv6 address gets brackets (RFC 3986, section 3.2.2). */
export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An IPv4 address, including one mapped into IPv6 (RFC 4291, section 2.5.5.2). */
const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/;

/** An IPv4 address, or the /64 network of an IPv6 address: a single host may use all of it. */
export function networkOf(address: string): string {
  const mapped = ipv4.exec(address)?.[1];
  if (mapped) return mapped;
  const [before = '', after] = address.split('%')[0]?.split('::') ?? [];
  const groups = before.split(':').filter((group) => group !== '');
  const tail = after?.split(':').filter((group) => group !== '') ?? [];
  const zeros = after === undefined ? 0 : 8 - groups.length - tail.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tail].slice(0, 4).join(':');
}

/** Whether a network is the loopback network of this machine. */
export function isLoopbackNetwork(network: string): boolean {
  return network.startsWith('127.') || network === '0:0:0:0';
}

/** An address of this machine. */
export interface OwnAddress {
  readonly address: string;
  /** The network interface it belongs to, e.g. `eth0`; empty if unknown. */
  readonly interfaceName: string;
}

export interface InterfaceAddress extends OwnAddress {
  readonly family: 'IPv4' | 'IPv6';
  /** Whether only this machine can reach it. */
  readonly internal: boolean;
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Every address of this machine; empty if the process isn't allowed to ask the kernel. */
export function interfaceAddresses(read: () => Interfaces = networkInterfaces): InterfaceAddress[] {
  try {
    return Object.entries(read()).flatMap(([interfaceName, infos = []]) =>
      infos.map(({ address, family, internal }) => ({ address, interfaceName, family, internal })),
    );
  } catch {
    // systemd's RestrictAddressFamilies without AF_NETLINK denies the request.
    return [];
  }
}

/**
 * The addresses at which other machines reach this one: IPv4 first, then IPv6. IPv4 addresses that
 * are link-local, and so work on one cable only, come last; link-local IPv6 addresses are left out,
 * since they need a zone.
 * @param reachedAt the address at which the request for this list arrived: it is known to work
 * @param read like `os.networkInterfaces`
 */
export function ownAddresses(reachedAt = '', read?: () => Interfaces): OwnAddress[] {
  const found: OwnAddress[] = interfaceAddresses(read)
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ interfaceName, address }) => ({ interfaceName, address }));
  const own = addressWithoutZone(reachedAt);
  if (own && !isLoopbackNetwork(networkOf(own)) && !found.some(({ address }) => address === own)) {
    found.push({ interfaceName: '', address: own });
  }
  const rank = ({ address }: OwnAddress) =>
    (address === own ? 0 : 1) +
    (address.startsWith('169.254.') ? 4 : 0) +
    (address.includes(':') ? 2 : 0);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** The same, as text only. */
export const reachableAddresses = (): string[] => ownAddresses().map(({ address }) => address);

// The kind of an IP address; false if the text isn't one. IPv6 may be written in any form.

export const isUnspecified = (address: string): boolean =>
  address === '0.0.0.0' || canonicalIPv6(address) === '::';

export const isLoopback = (address: string): boolean =>
  (isIPv4(address) && address.startsWith('127.')) || canonicalIPv6(address) === '::1';

/** 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291). */
export const isMulticast = (address: string): boolean =>
  isIPv4(address)
    ? /^(22[4-9]|23\d)\./.test(address)
    : /^ff[\da-f]{2}:/.test(canonicalIPv6(address) ?? '');

/** fe80::/10, which is only meaningful together with an interface (RFC 4007). */
export const isLinkLocal = (address: string): boolean =>
  /^fe[89ab][\da-f]:/.test(canonicalIPv6(address) ?? '');

/** 169.254.0.0/16: assigned by a machine to itself when no DHCP server answers (RFC 3927). */
export const isSelfAssigned = (address: string): boolean =>
  isIPv4(address) && address.startsWith('169.254.');

/** ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
export const isIPv4Mapped = (address: string): boolean =>
  canonicalIPv6(address)?.startsWith('::ffff:') === true;

/** The IPv4 address in a mapped IPv6 address. */
export function ipv4InMapped(address: string): string | undefined {
  const groups = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonicalIPv6(address) ?? '');
  if (!groups) return undefined;
  const [high, low] = [groups[1], groups[2]].map((group) => Number.parseInt(group ?? '', 16));
  if (high === undefined || low === undefined) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The canonical form of an IPv6 address (RFC 5952). */
export function canonicalIPv6(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
