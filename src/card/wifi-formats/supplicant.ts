import { type Note, wrong } from '../plan.ts';
import { readValue } from '../setting-lines.ts';
import type { FoundNetwork, FoundSettings } from './found.ts';
import { isStoredMark } from './found.ts';
import { isEnterprise, meaningOfKey } from './key-meanings.ts';

export const isSupplicantText = (text: string): boolean =>
  /^[^\S\n]*network[^\S\n]*=[^\S\n]*\{/m.test(text);

interface Block {
  readonly line: number;
  readonly settings: Map<string, { readonly written: string; readonly line: number }>;
}

/** Reads the layout of wpa_supplicant.conf(5). */
export function readSupplicant(file: string, text: string): FoundSettings {
  const global: Block = { line: 1, settings: new Map() };
  const blocks: Block[] = [];
  const notes: Note[] = [];
  let open: Block | undefined;
  const drop = (block: Block) => {
    notes.push(unclosed(file, block.line));
    blocks.splice(blocks.indexOf(block), 1);
  };
  for (const [index, content] of inLinesOfTheirOwn(text).entries()) {
    for (const part of content) {
      const line = index + 1;
      if (part === '}') open = undefined;
      else if (/^network\s*=\s*\{$/.test(part)) {
        if (open) drop(open);
        open = { line, settings: new Map() };
        blocks.push(open);
      } else {
        const [, key = '', written = ''] = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(part) ?? [];
        (open ?? global).settings.set(key.toLowerCase(), { written, line });
      }
    }
  }
  if (open) drop(open);
  const settingOf = (block: Block, key: string) => {
    const setting = block.settings.get(key);
    return setting && { value: readValue(setting.written).value, line: setting.line };
  };
  const enabled = blocks.filter((block) => settingOf(block, 'disabled')?.value !== '1');
  const priority = (block: Block) => Number(settingOf(block, 'priority')?.value ?? 0) || 0;
  return {
    layout: 'wpa_supplicant.conf',
    networks: enabled.sort((one, other) => priority(other) - priority(one)).map(networkOf),
    country: settingOf(global, 'country'),
    notes,
  };
}

const unclosed = (file: string, line: number) =>
  wrong(
    `${file}, line ${line}: the closing } of this network is missing. Fix: add it, or save the file again if its end is missing`,
  );

/** Longest line that is read, characters. */
const longestLine = 1000;

/** Splits each line into its parts; a whole network may be on one line. */
function inLinesOfTheirOwn(text: string): string[][] {
  return text.split('\n').map((line) => {
    if (/^\s*#/.test(line) || line.length > longestLine) return [];
    const [, head, body = ''] = /^\s*(network\s*=\s*\{)(.*)$/.exec(line) ?? [];
    const rest = head ? body : line;
    const isOneLine = head !== undefined && body.trim() !== '';
    const parts = isOneLine
      ? (rest.match(/[\w-]+\s*=\s*(?:"[^"]*"|[^\s}]+)|\}/g) ?? [])
      : rest.trim().split(/\s+(?=\}$)/);
    return [...(head ? [head] : []), ...parts].map((part) => part.trim()).filter(Boolean);
  });
}

function networkOf({ line, settings }: Block): FoundNetwork {
  const entries = [...settings].map(([key, setting]) => ({
    ...setting,
    meaning: meaningOfKey(key),
  }));
  const find = (wanted: string) => entries.findLast(({ meaning }) => meaning === wanted);
  const security = find('security')?.written ?? '';
  const name = find('name');
  const secret = find('password');
  const password = secret && readValue(secret.written).value;
  const hasUser = entries.some(({ meaning }) => meaning === 'user');
  const needsUser = (hasUser || isEnterprise(security)) && !/PSK|SAE/i.test(security);
  const isOpen = secret === undefined && /^\s*(NONE|OWE)\s*$/i.test(security);
  return {
    name: name && ssidOf(name.written),
    nameLine: name?.line ?? line,
    password: isOpen ? '' : password,
    passwordLine: secret?.line,
    ...(needsUser && { obstacle: 'enterprise' }),
    ...(find('wep') && { obstacle: 'wep' }),
  };
}

/** Reads a name in quotes; without quotes, it is hexadecimal, or the quotes were forgotten. */
function ssidOf(written: string): string {
  const { value } = readValue(written.replace(/^P(?=")/, ''));
  if (value !== written || isStoredMark(written) || !/^([\da-f]{2}){1,32}$/i.test(written)) {
    return value;
  }
  const decoded = Buffer.from(written, 'hex').toString();
  return /[\p{Cc}\ufffd]/u.test(decoded) ? value : decoded;
}
