import { straightQuotes } from './tidy-text.ts';

/** One `key=value` or `key: value`. */
export interface SettingLine {
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  /** Without the quotes around it, and without a comment behind it. */
  readonly value: string;
  /** All that is written behind the sign, without blanks around it. */
  readonly written: string;
  /**
   * `comment`: ` #` begins a comment. `unclear`: there is another setting behind the quotes.
   * `quote`: there is one without the other, taken as a part of the value.
   */
  readonly remark?: 'comment' | 'unclear' | 'quote';
}

export interface SettingLines {
  readonly settings: readonly SettingLine[];
  /** Lines that are no setting, counted from 1. */
  readonly strange: readonly number[];
}

/** Longer than any setting, characters; what is longer would take long to look through. */
const longestLine = 1000;

/** Reads lines of settings; empty lines and those that begin with # are none. */
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
 * A value as it is written: in quotes, or up to a blank and a #. What stands in quotes is taken as
 * it is, a # as well.
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

/** Where the quotes end: at the end, if nothing before it looks like the end of a value. */
function closingQuote(text: string, quote: string): number {
  const next = new RegExp(`${quote}\\s*[;,]?(\\s+#|\\s+[\\w-]+\\s*[=:])`).exec(text.slice(1));
  if (next) return next.index + 1;
  const end = text.replace(/\s*[;,]$/, '').length - 1;
  if (end > 0 && text.charAt(end) === quote) return end;
  return text.indexOf(quote, 1);
}

/** The value as it has to be written, so that it is read as it is; undefined where nothing will do. */
export function writtenValue(value: string): string | undefined {
  const ways = [value, `"${value}"`, `'${value}'`];
  return ways.find((way) => {
    if (/[\p{Cc}\n]/u.test(way)) return false;
    const read = readValue(way);
    return read.value === value && read.remark === undefined;
  });
}

/** The line with another value. */
export function withValue(line: string, value: string): string {
  const { before } = settingPattern.exec(line)?.groups ?? {};
  return before === undefined ? line : `${before}${value}`;
}

/** Signs of equality and colons as they are on a Chinese or Japanese keyboard as well. */
const settingPattern =
  /^(?<before>\s*(?<key>[^#=:＝：\s][^=:＝：]*)(?:[:=]=(?=\s)|=>(?=\s)|[=:＝：]))(?<value>.*)$/u;
