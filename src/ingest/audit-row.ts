import { prefixPattern } from './layouts.ts';
import { cleanField } from './text.ts';

/** Bytes that are read: enough for host, command, directory and user. */
const readBytes = 512;

const appenderPrefix = new RegExp(String.raw`^\s*${prefixPattern}\s*;`, 'i');
/** Host names and addresses contain no spaces; Qlik's commands are words. */
const hostName = /^[^\s;/]{1,100}$/;
const commandWords = /^[a-z][\w ,.:()/'-]{0,60}$/i;
/** How log4net writes a property that is not set. */
const notSet = '(null)';

/** Number of fields before the message, in layouts that have a message. */
const fieldsBeforeMessage = 6;
const longestCommand = 40;

/**
 * Returns the command of a datagram that has the layout of an appender file but isn't a user event.
 * Sense servers send these if their appender file has no filters. Empty if the row has no command;
 * undefined if the datagram has another layout.
 */
export function auditRowCommand(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, readBytes));
  // Keeps a flood of datagrams without fields cheap.
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
