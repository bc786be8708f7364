import { prefixPattern } from './layouts.ts';
import { cleanField } from './text.ts';

/** Enough to hold host, command, directory and user, bytes. */
const readBytes = 512;

const appenderPrefix = new RegExp(String.raw`^\s*${prefixPattern}\s*;`, 'i');
/** Host names and addresses hold no blanks; Qlik's commands are words. */
const hostName = /^[^\s;/]{1,100}$/;
const commandWords = /^[a-z][\w ,.:()/'-]{0,60}$/i;
/** How log4net writes a property that is not set. */
const notSet = '(null)';

/** Fields in front of the message in the layouts that have one. */
const fieldsBeforeMessage = 6;
const longestCommand = 40;

/**
 * The command of a datagram that has the layout of an appender file, but no user event in it: what a
 * Sense server sends whose appender file has no filters. Empty where the row has no command;
 * undefined where the datagram has another layout.
 */
export function auditRowCommand(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, readBytes));
  // A flood of what has no fields at all costs little.
  if (!hasFields(start)) return undefined;
  const text = start.toString('latin1').replace(/^ï»¿/, '');
  const prefix = appenderPrefix.exec(text)?.[0];
  const [host = '', command, directory, user, ...rest] = text.slice(prefix?.length ?? 0).split(';');
  if (command === undefined || directory === undefined || user === undefined) return undefined;
  if (!hostName.test(host.trim()) || host.trim() === notSet) return undefined;
  const words = command.trim();
  if (words === notSet) return '';
  if (words === '') {
    const hasMessage = rest.length > fieldsBeforeMessage - 4;
    return prefix !== undefined || hasMessage ? '' : undefined;
  }
  return commandWords.test(words) ? cleanField(words, longestCommand) : undefined;
}

const semicolon = 0x3b;

function hasFields(bytes: Uint8Array): boolean {
  const first = bytes.indexOf(semicolon);
  const second = first < 0 ? -1 : bytes.indexOf(semicolon, first + 1);
  return second >= 0 && bytes.indexOf(semicolon, second + 1) >= 0;
}
