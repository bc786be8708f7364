import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** How an IPv6 socket shows an IPv4 address (RFC 4291, section 2.5.5.2). */
const mappedPrefix = '::ffff:';

/**
 * An IPv4 address as people write it, also where an IPv6 socket shows it as `::ffff:10.0.0.7`; any
 * other address as it is. Cheap, since every datagram and connection passes here.
 */
export function plainAddress(address: string): string {
  return address.startsWith(mappedPrefix) && address.includes('.', mappedPrefix.length)
    ? address.slice(mappedPrefix.length)
    : address;
}

/** The same without the zone of a link-local address, which matters only to this machine. */
export function addressWithoutZone(address: string): string {
  const plain = plainAddress(address);
  const zone = plain.indexOf('%');
  return zone < 0 ? plain : plain.slice(0, zone);
}

/** Address and port in one text; an IPv6 address is put in brackets (RFC 3986, section 3.2.2). */
export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An IPv4 address, also one that is mapped into IPv6 (RFC 4291, section 2.5.5.2). */
const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/;

/** An IPv4 address, or the /64 network of an IPv6 one: that is what a single host may have. */
export function networkOf(address: string): string {
  const mapped = ipv4.exec(address)?.[1];
  if (mapped) return mapped;
  const [before = '', after] = address.split('%')[0]?.split('::') ?? [];
  const groups = before.split(':').filter((group) => group !== '');
  const tail = after?.split(':').filter((group) => group !== '') ?? [];
  const zeros = after === undefined ? 0 : 8 - groups.length - tail.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tail].slice(0, 4).join(':');
}

/** Whether a network is this machine itself. */
export function isLoopback(network: string): boolean {
  return network.startsWith('127.') || network === '0:0:0:0';
}

/** An address of this machine. */
export interface OwnAddress {
  readonly address: string;
  /** The network interface it belongs to, e.g. `eth0`; empty when that is not known. */
  readonly interfaceName: string;
}

export interface InterfaceAddress extends OwnAddress {
  readonly family: 'IPv4' | 'IPv6';
  /** Whether only this machine itself can reach it. */
  readonly internal: boolean;
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Every address of this machine; none where the process may not ask the kernel. */
export function interfaceAddresses(read: () => Interfaces = networkInterfaces): InterfaceAddress[] {
  try {
    return Object.entries(read()).flatMap(([interfaceName, infos = []]) =>
      infos.map(({ address, family, internal }) => ({ address, interfaceName, family, internal })),
    );
  } catch {
    // systemd's RestrictAddressFamilies without AF_NETLINK forbids the question.
    return [];
  }
}

/**
 * The addresses at which others reach this machine: IPv4 first, then IPv6; those that only work on
 * one cable (link-local) come last, and IPv6 ones of that sort not at all, for they need a zone.
 * @param reachedAt the address at which a request arrived that asks for them: surely one that works
 * @param read as `os.networkInterfaces`
 */
export function ownAddresses(reachedAt = '', read?: () => Interfaces): OwnAddress[] {
  const found: OwnAddress[] = interfaceAddresses(read)
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ interfaceName, address }) => ({ interfaceName, address }));
  const own = addressWithoutZone(reachedAt);
  if (own && !isLoopback(networkOf(own)) && !found.some(({ address }) => address === own)) {
    found.push({ interfaceName: '', address: own });
  }
  const rank = ({ address }: OwnAddress) =>
    (address === own ? 0 : 1) +
    (address.startsWith('169.254.') ? 4 : 0) +
    (address.includes(':') ? 2 : 0);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** The same, as text alone. */
export const reachableAddresses = (): string[] => ownAddresses().map(({ address }) => address);
