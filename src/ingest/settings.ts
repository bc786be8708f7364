import { isIP } from 'node:net';
import { z } from 'zod';
import { field, flag, listenHost, port, type Settings, section } from '../config/fields.ts';

function isAddressRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

const range = field(
  z.string().refine(isAddressRange),
  'an address such as 10.0.0.7 or a range such as 10.0.0.0/24',
);

/** `Butler.udpServerConfig`. */
export const udpServerConfig = section({
  enable: flag(true).describe(
    'Receive events by UDP. Turn it off on a satellite that gets its events by MQTT only.',
  ),
  serverHost: listenHost().describe('The address on which to listen for events.'),
  portSessionConnectionEvents: port(9997).describe(
    'The UDP port to which Qlik Sense sends its events.',
  ),
  allowFrom: field(z.array(range), 'a list of addresses')
    .default([])
    .describe('Addresses that may send events. An empty list: every address.'),
}).describe('How events arrive from Qlik Sense.');
export type UdpSettings = Settings<typeof udpServerConfig>;
