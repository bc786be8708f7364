import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { interfaceAddresses } from '../platform/addresses.ts';
import { defaultConfig, type LoadedConfig } from './load.ts';

/** What is known of the network of this machine. */
export interface HostLookup {
  /** This machine's addresses, loopback included. */
  ownAddresses(): readonly string[];
  /** The addresses of a name; none if it has none. */
  addressesOf(name: string): Promise<readonly string[]>;
}

/** How long the start waits for a name, ms. */
const patienceMs = 2000;

const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * In Butler's file, `serverHost` says where Butler runs, and a file that moves here names another
 * machine. It restricts nothing, so all addresses are listened on instead, with a warning. In a file
 * of the appliance's own the setting is kept, and the socket waits for an address that comes late.
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
    const text = `${serverHost} lets only programs on this machine send events`;
    return { ...loaded, warnings: warning(text) };
  }
  const own = defaultConfig().udpServerConfig.serverHost;
  return {
    ...loaded,
    config: { ...config, udpServerConfig: { ...config.udpServerConfig, serverHost: own } },
    warnings: warning(
      `${shown(serverHost)} is not a name or address of this machine, so all its addresses are used`,
    ),
  };
}

/** Who reaches a socket that listens there: nobody, if it is another machine's address. */
async function reachOf(
  host: string,
  network: HostLookup,
): Promise<'network' | 'loopback' | 'nobody'> {
  if (anyAddress.has(host)) return 'network';
  if (isLoopback(host) || host.toLowerCase() === 'localhost') return 'loopback';
  const own = new Set(network.ownAddresses().map(plain));
  const addresses = isIP(host) > 0 ? [host] : await network.addressesOf(host);
  // Debian gives a machine's own name an address of loopback, where no Sense server reaches it.
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
