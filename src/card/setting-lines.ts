import { straightQuotes } from './tidy-text.ts';

/** One `key=value` or `key: value`. */
export interface SettingLine {
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  /** Without the quotes around it and the comment after it. */
  readonly value: string;
  /** Everything after the sign, without blanks around it. */
  readonly written: string;
  /**
   * `comment`: ` #` starts a comment. `unclear`: there is another setting after the quotes.
   * `quote`: one of the quotes is missing; the other is read as part of the value.
   */
  readonly remark?: 'comment' | 'unclear' | 'quote';
}

export interface SettingLines {
  readonly settings: readonly SettingLine[];
  /** Lines that are not settings, counted from 1. */
  readonly strange: readonly number[];
}

/** Longest line that is read, characters; longer ones would take long to match. */
const longestLine = 1000;

/** Reads lines of settings, without empty lines and lines that start with #. */
export function readSettingLines(text: string): SettingLines {
  const settings: SettingLine[] = [];
  const strange: number[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const isReadable = content.length <= longestLine;
    const { key, value } = (isReadable && settingPattern.exec(content)?.groups) || {};
    if (key !== undefined && value !== undefined) {
      settings.push({ line, key: key.trim().toLowerCase(), ...readValue(value) });
    } else if (!/^\s*(#|$)/.test(content)) strange.push(line);
  }
  return { settings, strange };
}

/**
 * Reads a value: in quotes, or up to a blank and a #. Text in quotes is used as it is, including a #.
 */
export function readValue(text: string): Omit<SettingLine, 'line' | 'key'> {
  const written = text.trim();
  const straight = straightQuotes(written);
  const quote = straight.charAt(0);
  if ((quote === '"' || quote === "'") && straight.length > 1) {
    const end = closingQuote(straight, quote);
    const rest = straight.slice(end + 1).trim();
    const quoted = { value: written.slice(1, end), written };
    if (end > 0 && /^[;,]?$/.test(rest)) return quoted;
    if (end > 0 && /^[;,]?\s*#/.test(rest)) return { ...quoted, remark: 'comment' };
    if (end > 0 && /^[;,]?\s*[\w-]+\s*[=:]/.test(rest)) return { ...quoted, remark: 'unclear' };
  }
  const comment = /^#(?=\s|$)|\s#/u.exec(written);
  if (!comment) {
    const isOne = straight.startsWith('"') !== straight.endsWith('"');
    return { value: written, written, ...(isOne && { remark: 'quote' }) };
  }
  return { value: written.slice(0, comment.index).trimEnd(), written, remark: 'comment' };
}

/** Returns where the quotes end: at the end, unless something before looks like the end of a value. */
function closingQuote(text: string, quote: string): number {
  const next = new RegExp(`${quote}\\s*[;,]?(\\s+#|\\s+[\\w-]+\\s*[=:])`).exec(text.slice(1));
  if (next) return next.index + 1;
  const end = text.replace(/\s*[;,]$/, '').length - 1;
  if (end > 0 && text.charAt(end) === quote) return end;
  return text.indexOf(quote, 1);
}

/** Returns how to write a value so that it is read back unchanged; undefined if there is no way. */
export function writtenValue(value: string): string | undefined {
  const ways = [value, `"${value}"`, `'${value}'`];
  return ways.find((way) => {
    if (/[\p{Cc}\n]/u.test(way)) return false;
    const read = readValue(way);
    return read.value === value && read.remark === undefined;
  });
}

/** Replaces the value of a line. */
export function withValue(line: string, value: string): string {
  const { before } = settingPattern.exec(line)?.groups ?? {};
  return before === undefined ? line : `${before}${value}`;
}

/** Includes the equals signs and colons of Chinese and Japanese keyboards. */
const settingPattern =
  /^(?<before>\s*(?<key>[^#=:＝：\s][^=:＝：]*)(?:[:=]=(?=\s)|=>(?=\s)|[=:＝：]))(?<value>.*)$/u;
