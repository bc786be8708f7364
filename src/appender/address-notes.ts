import { isIPv6 } from 'node:net';
import { canonicalIPv6, isLoopback, isSelfAssigned } from '../platform/addresses.ts';
import { isEveryAddress } from '../platform/listen-address.ts';
import { isHostName } from './address.ts';

export interface ApplianceAddresses {
  /** The appliance's addresses that others can reach; empty if unknown. */
  readonly own: readonly string[];
  /** The address it listens on for events, `0.0.0.0` and `::` for several; if known. */
  readonly listensOn?: string | undefined;
}

/** Returns warnings about an address that is valid in an appender file but may not work. */
export function addressNotes(address: string, appliance: ApplianceAddresses): string[] {
  return [
    ...(isHostName(address) ? nameNotes(address) : []),
    ...(isIPv6(address) ? [oldLog4net] : []),
    ...(isSelfAssigned(address) ? [selfAssigned(address)] : []),
    ...whereNotes(address, appliance),
  ];
}

const oldLog4net =
  'log4net 1.2.10, used by older versions of Qlik Sense, sends to IPv4 addresses only. Use an IPv4 address if Blinky has one.';

const selfAssigned = (address: string) =>
  `${address} is a self-assigned address, used when no router assigns one. It can change at any time.`;

function nameNotes(name: string): string[] {
  const looksUp = `log4net looks up ${name} only once, when it reads the file, and uses the first address it gets. If the lookup fails, the server never sends any events. An IPv4 address is safer.`;
  if (/\.local$/i.test(name)) {
    return [looksUp, "Many Windows servers can't look up names that end in .local."];
  }
  return name.includes('.')
    ? [looksUp]
    : [looksUp, `${name} has no domain: it works only if the server's DNS suffix completes it.`];
}

function whereNotes(address: string, { own, listensOn }: ApplianceAddresses): string[] {
  if (listensOn !== undefined && isLoopback(listensOn)) {
    return [
      `Blinky accepts events from this machine only. To change that, set Butler.udpServerConfig.serverHost, which is ${listensOn}.`,
    ];
  }
  if (isHostName(address)) return [];
  if (listensOn !== undefined && !isEveryAddress(listensOn)) {
    if (listensOn === '0.0.0.0' && isIPv6(address)) {
      return ['Blinky listens on IPv4 only (Butler.udpServerConfig.serverHost is 0.0.0.0).'];
    }
    if (listensOn !== '0.0.0.0' && !isSame(listensOn, address)) {
      return [`Blinky listens on ${listensOn} only (Butler.udpServerConfig.serverHost).`];
    }
  }
  if (own.length === 0 || own.some((one) => isSame(one, address))) return [];
  return [
    `${address} is not an address of this machine (${own.slice(0, mostShown).join(', ')}). Check it, unless the file is for another Blinky Light or a router forwards the events.`,
  ];
}

/** Maximum number of addresses in a note. */
const mostShown = 4;

const isSame = (one: string, other: string): boolean =>
  one === other || (isIPv6(one) && canonicalIPv6(one) === canonicalIPv6(other));
