import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { Log } from './log.ts';

/** The default of every listen address: all addresses, IPv4 and IPv6. */
export const everyAddress = '::';
const everyIPv4Address = '0.0.0.0';

/** What the operating system reports about IPv6. */
export interface IPv6Support {
  /** Whether the kernel has IPv6 and this process may use it. */
  readonly isAvailable: () => Promise<boolean>;
  /** Whether an IPv6 UDP socket rejects IPv4 by default (ipv6(7), IPV6_V6ONLY). */
  readonly excludesIPv4: () => boolean;
}

export interface ListenRequest {
  /** As configured; empty or `::` for all addresses. */
  readonly host: string;
  readonly protocol: 'UDP' | 'TCP';
  readonly log?: Pick<Log, 'verbose'> | undefined;
}

/**
 * The address to bind for a setting. "All addresses" is one socket for IPv4 and IPv6; or for IPv4
 * only, if this machine has no IPv6 or that socket would exclude IPv4.
 */
export async function addressToBind(
  { host, protocol, log }: ListenRequest,
  system: IPv6Support = systemSupport,
): Promise<string> {
  if (!isEveryAddress(host)) return host;
  if (!(await system.isAvailable())) {
    log?.verbose('this machine has no IPv6: listening on IPv4 only');
    return everyIPv4Address;
  }
  // Node turns the option off for TCP, but can't for UDP.
  if (protocol === 'UDP' && system.excludesIPv4()) {
    log?.verbose('net.ipv6.bindv6only is on: listening on IPv4 only');
    return everyIPv4Address;
  }
  return everyAddress;
}

/** Whether a setting means all addresses, IPv4 and IPv6. */
export function isEveryAddress(host: string): boolean {
  return host === '' || (isIPv6(host) && /^[0:]+$/.test(host));
}

/** The address at which this machine reaches its own socket that listens at `host`. */
export function addressToReach(host: string): string {
  return host === everyIPv4Address || isEveryAddress(host) ? '127.0.0.1' : host;
}

const bindOnlyFile = '/proc/sys/net/ipv6/bindv6only';

const systemSupport: IPv6Support = {
  isAvailable: canOpenIPv6Socket,
  excludesIPv4: () => {
    try {
      return readFileSync(bindOnlyFile, 'utf8').trim() === '1';
    } catch {
      // Another operating system, or no IPv6: Node's default applies.
      return false;
    }
  },
};

/** A kernel without IPv6 refuses the socket, as does a service manager that allows only IPv4. */
async function canOpenIPv6Socket(): Promise<boolean> {
  const socket = createSocket('udp6');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, everyAddress, resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
