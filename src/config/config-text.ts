import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../platform/windows-1252.ts';

/** The text of a configuration file, with a remark on its encoding. */
export interface ConfigText {
  readonly text: string;
  readonly remark?: string;
}

/**
 * Decodes a file saved by any editor: UTF-8, UTF-16 with or without a byte order mark, otherwise
 * windows-1252 (as with datagrams); with the line ends of any system.
 */
export function decodeConfig(bytes: Uint8Array): ConfigText {
  const utf16 = utf16Of(bytes);
  if (!utf16 && !isUtf8(bytes)) {
    return {
      text: withLineFeeds(decodeWindows1252(bytes)),
      remark: 'is not UTF-8 and was read as windows-1252. Fix: save it as UTF-8',
    };
  }
  return { text: withLineFeeds(new TextDecoder(utf16 ?? 'utf-8').decode(bytes)) };
}

/** A configuration starts with an ASCII character, so in UTF-16 one of its two bytes is zero. */
function utf16Of([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 && second !== undefined ? 'utf-16be' : undefined;
}

/** Converts carriage returns of old Macs, which YAML does not read as line ends. */
const withLineFeeds = (text: string): string =>
  text.includes('\n') ? text : text.replace(/\r/g, '\n');
