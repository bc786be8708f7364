import { z } from 'zod';
import { modes, type Step } from './plan.ts';
import { supplicantConfiguration, type WifiNetwork } from './wifi-network.ts';

/** The file on the state partition. */
export const wifiStateFile = 'wifi.json';
const configurationFile = 'wpa_supplicant-wlan0.conf';

/** The stored networks, in order of preference. */
export interface StoredWifi {
  readonly country: string | undefined;
  readonly networks: readonly [WifiNetwork, ...WifiNetwork[]];
}

const hexadecimal = z.string().regex(/^[\da-f]*$/);
const network = z.object({
  name: z.string(),
  spellings: z.array(z.object({ ssid: hexadecimal, key: hexadecimal.nullable() })).min(1),
});
/** The other networks are separate, so that version 1.0 can read the first. */
const layout = z.object({
  country: z.string().optional(),
  network,
  others: z.array(network).optional(),
});

/** Reads the stored networks; undefined if they are damaged. */
export function readStoredWifi(text: string | undefined): StoredWifi | undefined {
  if (text === undefined) return undefined;
  try {
    const { country, network: first, others = [] } = layout.parse(JSON.parse(text));
    return { country, networks: [first, ...others] };
  } catch {
    return undefined;
  }
}

/** Returns the step that stores the networks, if something has changed. */
export function keepWifi(
  { country, networks: [first, ...others] }: StoredWifi,
  stored: string | undefined,
): Step[] {
  const kept = { country, network: first, ...(others.length > 0 && { others }) };
  const content = `${JSON.stringify(kept)}\n`;
  if (content === stored) return [];
  return [{ place: 'state', file: wifiStateFile, content, mode: modes.secret }];
}

/** Returns the step that applies the networks, or removes them. */
export const wifiInForce = (wifi: StoredWifi | undefined): Step[] => [
  {
    place: 'run',
    file: configurationFile,
    content: wifi && supplicantConfiguration(wifi.networks, wifi.country),
    mode: modes.secret,
  },
];
