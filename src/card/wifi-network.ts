import { pbkdf2Sync } from 'node:crypto';
import { straightQuotes } from './tidy-text.ts';

/** A stored Wi-Fi: with the key, not the password. */
export interface WifiNetwork {
  readonly name: string;
  /** The possible spellings of the name, each with its key. */
  readonly spellings: readonly {
    /** Bytes in hexadecimal digits. */
    readonly ssid: string;
    /** 64 hexadecimal digits; null for an open network. */
    readonly key: string | null;
  }[];
}

/**
 * Creates a network from a name and password. Editors turn straight quotes into curly ones, and phones
 * use curly ones in names ("Anna’s iPhone"), so such a name is stored in both spellings.
 */
export function wifiNetwork(name: string, password: string): WifiNetwork {
  const spellings = [...new Set([name, straightQuotes(name)])];
  return {
    name,
    spellings: spellings.map((ssid) => ({
      ssid: Buffer.from(ssid).toString('hex'),
      key: password === '' ? null : preSharedKey(ssid, password),
    })),
  };
}

/** Whether it has no password. */
export const isOpen = ({ spellings }: WifiNetwork): boolean =>
  spellings.every(({ key }) => key === null);

/** Computes the key (IEEE 802.11-2020, J.4.1), 64 hexadecimal digits, unless it is given as such. */
export function preSharedKey(ssid: string, password: string): string {
  if (/^[\da-f]{64}$/i.test(password)) return password.toLowerCase();
  return pbkdf2Sync(password, ssid, 4096, 32, 'sha1').toString('hex');
}

/**
 * Returns a configuration for wpa_supplicant (wpa_supplicant.conf(5)), which joins the first network
 * in range.
 */
export function supplicantConfiguration(
  networks: readonly WifiNetwork[],
  country: string | undefined,
): string {
  const blocks = networks.flatMap(({ spellings }, index) =>
    spellings.map(({ ssid, key }) =>
      [
        'network={',
        `\tssid=${ssid}`,
        // Scans for the network by name, which also finds hidden ones.
        '\tscan_ssid=1',
        key === null ? '\tkey_mgmt=NONE' : `\tpsk=${key}`,
        ...(networks.length > 1 ? [`\tpriority=${networks.length - index}`] : []),
        '}',
      ].join('\n'),
    ),
  );
  return `${[
    'ctrl_interface=/run/wpa_supplicant',
    ...(country ? [`country=${country}`] : []),
    ...blocks,
  ].join('\n')}\n`;
}
