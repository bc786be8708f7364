import { unquoted } from '../tidy-text.ts';
import type { FoundSettings } from './found.ts';
import { isEnterprise } from './key-meanings.ts';

/** Sections of NetworkManager profiles, including the names in older versions. */
const section =
  /^[^\S\n]*\[(connection|wifi|802-11-wireless|wifi-security|802-11-wireless-security|802-1x)\][^\S\n]*$/im;

export const isKeyfileText = (text: string): boolean => section.test(text);

/** Reads the layout of nm-settings-keyfile(5): one Wi-Fi. */
export function readKeyfile(text: string): FoundSettings {
  const settings = new Map<string, { value: string; line: number }>();
  const sections = new Set<string>();
  let current = '';
  for (const [index, content] of text.split('\n').entries()) {
    const [, name] = /^\s*\[([^\]]+)\]\s*$/.exec(content) ?? [];
    if (name) {
      current = name.toLowerCase().replace('802-11-wireless', 'wifi');
      sections.add(current);
    }
    const [, key, written = ''] = /^\s*([\w-]+)\s*=(.*)$/.exec(content) ?? [];
    if (key) {
      const value = unescaped(unquoted(written));
      settings.set(`${current}.${key.toLowerCase()}`, { value, line: index + 1 });
    }
  }
  const ssid = settings.get('wifi.ssid');
  const password =
    settings.get('wifi-security.psk') ?? settings.get('wifi.psk') ?? settings.get('wifi.password');
  const security = settings.get('wifi-security.key-mgmt')?.value ?? '';
  const needsUser = sections.has('802-1x') || isEnterprise(security);
  const hasWep = [...settings.keys()].some((key) => key.startsWith('wifi-security.wep-'));
  // Addresses come last: a file that has them but no security section is complete.
  const isOpen = !sections.has('wifi-security') && sections.has('ipv4');
  const network = {
    name: ssid && nameOf(ssid.value),
    nameLine: ssid?.line,
    password: isOpen ? '' : password?.value,
    passwordLine: password?.line,
    ...(needsUser && { obstacle: 'enterprise' as const }),
    ...(hasWep && { obstacle: 'wep' as const }),
  };
  const isWifi = ssid || settings.get('connection.type')?.value.startsWith('wi');
  return { layout: 'a NetworkManager profile', networks: isWifi ? [network] : [], notes: [] };
}

/** Decodes the escapes of GLib key files. */
const unescaped = (value: string): string =>
  value.replace(/\\([s\\])/g, (_, sign: string) => (sign === 's' ? ' ' : sign));

/** Decodes names written as decimal bytes in older profiles: `72;111;109;101;`. */
function nameOf(value: string): string {
  if (!/^(\d{1,3};){1,32}$/.test(value)) return value;
  return Buffer.from(value.split(';').slice(0, -1).map(Number)).toString();
}
