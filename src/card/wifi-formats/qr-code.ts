import type { FoundSettings } from './found.ts';

export const isQrText = (text: string): boolean => /^\s*WIFI:.*;;?\s*$/i.test(text);

/** Reads the text of a Wi-Fi QR code (WPA3 specification 3.0, section 7): `WIFI:T:WPA;S:…;P:…;;`. */
export function readQrCode(text: string): FoundSettings {
  const fields = new Map(
    [
      ...text
        .trim()
        .slice('WIFI:'.length)
        .matchAll(/([A-Z]+):((?:\\.|[^\\;])*);/gi),
    ].map(([, key = '', value = '']) => [key.toUpperCase(), value.replace(/\\(.)/g, '$1')]),
  );
  const type = (fields.get('T') ?? '').toUpperCase();
  const isOpen = type === 'NOPASS' || type === '';
  const network = {
    name: fields.get('S'),
    password: fields.get('P') ?? (isOpen ? '' : undefined),
    ...(fields.has('E') && { obstacle: 'enterprise' as const }),
    ...(type === 'WEP' && { obstacle: 'wep' as const }),
  };
  return { layout: 'a QR code', networks: [network], notes: [] };
}
