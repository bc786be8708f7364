import { z } from 'zod';
import { modes, type Step } from './plan.ts';
import { supplicantConfiguration, type WifiNetwork } from './wifi-network.ts';

/** The file on the state partition. */
export const wifiStateFile = 'wifi.json';
const configurationFile = 'wpa_supplicant-wlan0.conf';

/** The networks that are kept, the one to join first at the beginning. */
export interface StoredWifi {
  readonly country: string | undefined;
  readonly networks: readonly [WifiNetwork, ...WifiNetwork[]];
}

const hexadecimal = z.string().regex(/^[\da-f]*$/);
const network = z.object({
  name: z.string(),
  spellings: z.array(z.object({ ssid: hexadecimal, key: hexadecimal.nullable() })).min(1),
});
/** The further networks are apart, so that version 1.0 reads the first. */
const layout = z.object({
  country: z.string().optional(),
  network,
  others: z.array(network).optional(),
});

/** What was stored; nothing when it was damaged. */
export function readStoredWifi(text: string | undefined): StoredWifi | undefined {
  if (text === undefined) return undefined;
  try {
    const { country, network: first, others = [] } = layout.parse(JSON.parse(text));
    return { country, networks: [first, ...others] };
  } catch {
    return undefined;
  }
}

/** The step that keeps them, where something has changed. */
export function keepWifi(
  { country, networks: [first, ...others] }: StoredWifi,
  stored: string | undefined,
): Step[] {
  const kept = { country, network: first, ...(others.length > 0 && { others }) };
  const content = `${JSON.stringify(kept)}\n`;
  if (content === stored) return [];
  return [{ place: 'state', file: wifiStateFile, content, mode: modes.secret }];
}

/** The step that puts them in force, or none. */
export const wifiInForce = (wifi: StoredWifi | undefined): Step[] => [
  {
    place: 'run',
    file: configurationFile,
    content: wifi && supplicantConfiguration(wifi.networks, wifi.country),
    mode: modes.secret,
  },
];
