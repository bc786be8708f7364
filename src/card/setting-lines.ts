import { unquoted } from './tidy-text.ts';

/** One `key=value` or `key: value`. */
export interface SettingLine {
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  /** Without the quotes around it. */
  readonly value: string;
}

export interface SettingLines {
  readonly settings: readonly SettingLine[];
  /** Lines that are no setting, counted from 1. */
  readonly strange: readonly number[];
}

/** Reads lines of settings; empty lines and those that begin with # are none. */
export function readSettingLines(text: string): SettingLines {
  const settings: SettingLine[] = [];
  const strange: number[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const [, key, value] = settingPattern.exec(content) ?? [];
    if (key !== undefined && value !== undefined) {
      settings.push({ line, key: key.trim().toLowerCase(), value: unquoted(value) });
    } else if (!/^\s*(#|$)/.test(content)) strange.push(line);
  }
  return { settings, strange };
}

/** The line with another value. */
export function withValue(line: string, value: string): string {
  const [, key] = settingPattern.exec(line) ?? [];
  if (key === undefined) return line;
  return `${line.slice(0, line.indexOf(key) + key.length + 1)}${value}`;
}

const settingPattern = /^\s*([^#=:\s][^=:]*)[=:](.*)$/u;
