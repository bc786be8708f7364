import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { interfaceAddresses } from '../platform/addresses.ts';
import { defaultConfig, type LoadedConfig } from './load.ts';

/** Looks up addresses of this machine and of names. */
export interface HostLookup {
  /** Returns this machine's addresses, including loopback. */
  ownAddresses(): readonly string[];
  /** Resolves with the addresses of a name, empty if it has none. */
  addressesOf(name: string): Promise<readonly string[]>;
}

/** How long the start waits for a name lookup, ms. */
const patienceMs = 2000;

const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Replaces a `serverHost` that names another machine. In Butler's file it says where Butler runs, so a
 * file that moves here still has the old machine: Blinky then listens on all addresses, with a
 * warning. In Blinky's own file the setting is kept, and the socket waits until the address exists.
 */
export async function withOwnServerHost(
  loaded: LoadedConfig,
  network: HostLookup = thisMachine,
): Promise<LoadedConfig> {
  const { config, warnings, butlerHostPlace: place } = loaded;
  const { enable, serverHost } = config.udpServerConfig;
  if (place === undefined || !enable) return loaded;
  const reach = await reachOf(serverHost, network);
  if (reach === 'network') return loaded;
  const warning = (text: string) => [
    ...warnings,
    `${place}: Butler.udpServerConfig.serverHost: ${text}. Fix: set it to 0.0.0.0, or remove the line`,
  ];
  if (reach === 'loopback') {
    const text = `${serverHost} accepts events from this machine only`;
    return { ...loaded, warnings: warning(text) };
  }
  const own = defaultConfig().udpServerConfig.serverHost;
  return {
    ...loaded,
    config: { ...config, udpServerConfig: { ...config.udpServerConfig, serverHost: own } },
    warnings: warning(
      `${shown(serverHost)} is not a name or address of this machine, so Blinky listens on all addresses`,
    ),
  };
}

/** Finds out who can reach a socket on this address: nobody, if it belongs to another machine. */
async function reachOf(
  host: string,
  network: HostLookup,
): Promise<'network' | 'loopback' | 'nobody'> {
  if (anyAddress.has(host)) return 'network';
  if (isLoopback(host) || host.toLowerCase() === 'localhost') return 'loopback';
  const own = new Set(network.ownAddresses().map(plain));
  const addresses = isIP(host) > 0 ? [host] : await network.addressesOf(host);
  // Debian gives a machine's own name a loopback address, which no Sense server can reach.
  const isOurs = (address: string) => own.has(plain(address)) && !isLoopback(address);
  return addresses.length > 0 && addresses.every(isOurs) ? 'network' : 'nobody';
}

const isLoopback = (address: string): boolean =>
  /^(?:::ffff:)?127\./i.test(address) || address === '::1';

/** Without the zone of a link-local address, e.g. `%eth0`. */
const plain = (address: string): string => address.toLowerCase().replace(/%.*$/, '');

const shown = (host: string): string => (host === '' ? '""' : host.slice(0, 100));

const thisMachine: HostLookup = {
  ownAddresses: () => interfaceAddresses().map(({ address }) => address),
  addressesOf: async (name) => {
    if (/[\s<>]/.test(name) || name === '') return [];
    const found = lookup(name, { all: true }).then(
      (all) => all.map(({ address }) => address),
      () => [],
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly string[]>((resolve) => {
      timer = setTimeout(() => resolve([]), patienceMs);
    });
    return Promise.race([found, late]).finally(() => clearTimeout(timer));
  },
};
