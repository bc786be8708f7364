import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { canonicalIPv6, isSelfAssigned, type OwnAddress } from '../platform/addresses.ts';
import { isEveryAddress } from '../platform/listen-address.ts';

/** Networks between this machine and its own containers and virtual machines. */
const insideNetworks =
  /^(?:docker|br-[\da-f]{8}|veth|virbr|vnet|vmnet|vboxnet|lxcbr|lxdbr|podman|cni|cali|flannel|kube)/;

/** Networks that reach only those who have joined them. */
const privateNetworks = /^(?:tun|tap|wg|ppp|tailscale|zt)/;

/** More than anybody chooses from. */
const mostOffered = 20;

/**
 * Of this machine's addresses those at which a Sense server's events arrive, the best first: IPv4
 * before IPv6, then those of private networks, then those that a machine gives itself. Addresses of
 * networks inside this machine are left out unless there are no others.
 * @param own the best first
 * @param listensOn the address that the UDP server listens on; `0.0.0.0` and `::` for several
 */
export function offeredAddresses(
  own: readonly OwnAddress[],
  listensOn: string,
  isTemporary: (address: string) => boolean = createTemporaryCheck(),
): OwnAddress[] {
  if (!isEveryAddress(listensOn) && listensOn !== '0.0.0.0') {
    const known = own.find(({ address }) => address === listensOn);
    return [known ?? { address: listensOn, interfaceName: '' }];
  }
  const reachable = own.filter(({ address }) =>
    isIPv6(address) ? listensOn !== '0.0.0.0' && !isTemporary(address) : true,
  );
  const outside = reachable.filter(({ interfaceName }) => !insideNetworks.test(interfaceName));
  const rank = ({ address, interfaceName }: OwnAddress) =>
    (isIPv6(address) ? 1 : 0) +
    (privateNetworks.test(interfaceName) ? 2 : 0) +
    (isSelfAssigned(address) ? 4 : 0);
  return [...(outside.length > 0 ? outside : reachable)]
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, mostOffered);
}

/** Where Linux says what becomes of each IPv6 address (proc_pid_net(5)). */
const ipv6File = '/proc/self/net/if_inet6';

/** Temporary, failed, deprecated, tentative: here today and gone tomorrow (linux/if_addr.h). */
const passingFlags = 0x01 | 0x08 | 0x20 | 0x40;

/** Makes the test for IPv6 addresses that this machine will soon give up (RFC 8981). */
export function createTemporaryCheck(file = ipv6File): (address: string) => boolean {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    // Another operating system, or no IPv6.
    return () => false;
  }
  const passing = new Set<string | undefined>();
  for (const line of lines) {
    const [digits = '', , , , flags = '0'] = line.trim().split(/\s+/);
    if ((Number.parseInt(flags, 16) & passingFlags) === 0) continue;
    passing.add(canonicalIPv6(digits.match(/.{4}/g)?.join(':') ?? ''));
  }
  return (address) => passing.has(canonicalIPv6(address));
}
