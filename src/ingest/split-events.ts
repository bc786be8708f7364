import { eventKinds, kinds } from '../events/kinds.ts';
import { dialectIn, hasMistakenPrefix, prefixPattern } from './layouts.ts';

/** Events that one datagram may contain: all of them are handled before anything else can run. */
export const mostEvents = 100;
/** Lines, and prefixes within a line, that are examined; the rest belongs to the last event. */
const mostPlaces = 1000;

const commands = eventKinds.map((kind) => kinds[kind].command).join('|');
const knownPrefix = `${prefixPattern};`;
/**
 * A complete event after other text: names in a context or a message are not enough. No part of the
 * pattern matches what the next part may start with; otherwise a long field would take seconds.
 */
const eventBehind = new RegExp(
  String.raw`${knownPrefix}\s*[^;\s][^;]*;\s*(?:${commands})\s*;[^;]*;\s*[^;\s]`,
  'gi',
);
const commandSecond = new RegExp(String.raw`^(?!\/)[^;]*;\s*(?:${commands})\s*;`, 'i');
const commandField = new RegExp(String.raw`;\s*(?:${commands})\s*(?=;)`, 'gi');
const linesOfText = /[^\r\n\0]+/g;
const lineBreak = /[\r\n\0]/;
/** The header that syslog adds before a message (RFC 5424, section 6.2.1; RFC 3164, section 4.1). */
const syslogHeader = /^\s*<\d{1,3}>[^;]*$/;

export interface EventLines {
  /** Each starts like an event; only the first may be anything. */
  readonly lines: readonly string[];
  /**
   * Number of further events that aren't separated from the one before. They are ignored, because a
   * message ends with the name that a browser gives itself, which may be anything.
   */
  readonly joined: number;
  /** There were more events than one datagram may contain. */
  readonly isCut: boolean;
}

/**
 * Returns whether a text may be more than one line of one event. False for nearly all datagrams, and
 * decided without a regular expression for those: every light waits for this.
 */
export function maySplit(text: string): boolean {
  if (text.includes('\n') || text.includes('\r') || text.includes('\0')) return true;
  return mayHoldPrefix(text) || (!text.startsWith('/') && mayHoldTwoUnprefixed(text));
}

/**
 * All prefixes end in `n/;`, and the first one may be at the start. V8 finds single characters much
 * faster than longer texts.
 */
function mayHoldPrefix(text: string): boolean {
  const first = text.indexOf(';');
  const isOwn = text.startsWith('/');
  for (let at = first; at >= 0; at = text.indexOf(';', at + 1)) {
    const endsPrefix =
      text.charCodeAt(at - 1) === 0x2f && (text.charCodeAt(at - 2) | 0x20) === 0x6e;
    if (endsPrefix && !(isOwn && at === first)) return true;
  }
  return false;
}

function mayHoldTwoUnprefixed(text: string): boolean {
  let end = -1;
  for (let field = 1; field <= 4; field += 1) {
    end = text.indexOf(';', end + 1);
    if (end < 0) return false;
  }
  return [...text.matchAll(commandField)].length > 1;
}

/** Where an event starts. */
interface Start {
  readonly at: number;
  /** It isn't separated from the event before. */
  readonly isJoined: boolean;
}

/**
 * Splits a datagram into events, each as one line: relays send several together. A line that doesn't
 * start an event belongs to the message before it.
 */
export function splitEvents(text: string): EventLines {
  const starts = startsOfEvents(text);
  const taken = starts.slice(0, mostEvents);
  const head = text.slice(0, starts[0]?.at ?? text.length);
  const hasHead = head.trim() !== '' && !(starts.length > 0 && syslogHeader.test(head));
  const lines = taken.flatMap(({ at, isJoined }, index) =>
    isJoined ? [] : [asOneLine(text.slice(at, starts[index + 1]?.at))],
  );
  return {
    lines: hasHead ? [asOneLine(head), ...lines] : lines,
    joined: taken.length - lines.length,
    isCut: starts.length > mostEvents,
  };
}

/** Returns at most one more than a datagram may contain. */
function startsOfEvents(text: string): readonly Start[] {
  const starts: Start[] = [];
  let places = 0;
  for (const { 0: line, index } of text.matchAll(linesOfText)) {
    const isStart = beginsEvent(line);
    const within = startsWithin(line, isStart);
    if (isStart) starts.push({ at: index, isJoined: false });
    for (const [number, start] of within.entries()) {
      const isBehindHeader = !isStart && number === 0 && syslogHeader.test(line.slice(0, start));
      starts.push({ at: index + start, isJoined: !isBehindHeader });
    }
    places += 1 + within.length;
    if (places > mostPlaces || starts.length > mostEvents) break;
  }
  return starts.slice(0, mostEvents + 1);
}

function beginsEvent(line: string): boolean {
  const trimmed = line.trimStart();
  if (!trimmed.startsWith('/')) return commandSecond.test(trimmed);
  return dialectIn(trimmed) !== undefined || hasMistakenPrefix(trimmed);
}

/** Returns where further events start in a line. */
function startsWithin(line: string, isStart: boolean): readonly number[] {
  const prefixed = prefixedStarts(line, isStart ? line.indexOf(';') : -1);
  if (!isStart || line.trimStart().startsWith('/')) return prefixed;
  return [...unprefixedStarts(line.slice(0, prefixed[0])), ...prefixed];
}

function prefixedStarts(line: string, after: number): readonly number[] {
  const starts: number[] = [];
  for (const { index } of line.matchAll(eventBehind)) {
    if (index > after) starts.push(index);
    if (starts.length > mostEvents) break;
  }
  return starts;
}

/** Without a prefix, an event starts at the host's name, if it is the same as before. */
function unprefixedStarts(line: string): readonly number[] {
  const hostEnd = line.indexOf(';');
  const host = line.slice(0, hostEnd).trim().toLowerCase();
  if (host === '') return [];
  const starts: number[] = [];
  for (const { index } of line.matchAll(commandField)) {
    const start = index - host.length;
    const isNext = start > hostEnd && line.slice(start, index).toLowerCase() === host;
    if (isNext) starts.push(start);
    if (starts.length > mostEvents) break;
  }
  return starts;
}

/** Returns the event with all lines after the first one in its message, not in another field. */
function asOneLine(text: string): string {
  let from = 0;
  for (;;) {
    const breakAt = text.slice(from).search(lineBreak) + from;
    if (breakAt < from) return text;
    let next = breakAt;
    while (next < text.length && text.charCodeAt(next) <= 0x20) next += 1;
    // Line breaks before a semicolon are only padding in a field.
    if (next < text.length && text.charAt(next) !== ';') {
      const head = text.slice(0, breakAt);
      const before = head.trimStart().startsWith('/') ? 7 : 6;
      const missing = before - (head.split(';', before + 1).length - 1);
      return missing > 0 ? head + ';'.repeat(missing) + text.slice(next) : text;
    }
    if (next >= text.length) return text.slice(0, breakAt);
    from = next;
  }
}
