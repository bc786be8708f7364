import { pbkdf2Sync } from 'node:crypto';
import { straightQuotes } from './tidy-text.ts';

/** A Wi-Fi as it is kept: with the key, not with the password. */
export interface WifiNetwork {
  readonly name: string;
  /** Each way the name may be spelt, and the key that goes with it. */
  readonly spellings: readonly {
    /** Bytes in hexadecimal digits. */
    readonly ssid: string;
    /** 64 hexadecimal digits; null for an open network. */
    readonly key: string | null;
  }[];
}

/**
 * The network of a name and a password. Editors put curly quotes for straight ones, and telephones
 * have curly ones in the names they give ("Anna’s iPhone"), so such a name is taken both ways.
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

/** Whether nobody needs a password for it. */
export const isOpen = ({ spellings }: WifiNetwork): boolean =>
  spellings.every(({ key }) => key === null);

/** The key of a password (IEEE 802.11-2020, J.4.1), 64 hexadecimal digits; or that key itself. */
export function preSharedKey(ssid: string, password: string): string {
  if (/^[\da-f]{64}$/i.test(password)) return password.toLowerCase();
  return pbkdf2Sync(password, ssid, 4096, 32, 'sha1').toString('hex');
}

/**
 * Configuration for wpa_supplicant (wpa_supplicant.conf(5)): of several networks in reach it joins
 * the one that is first.
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
        // Asks for the network by its name, so that a hidden one answers, too.
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
