import { kinds } from '../events/kinds.ts';
import type { Dialect, UserEvent } from '../events/user-event.ts';
import { decodeFields } from './decode-fields.ts';
import { dialectIn, hasMistakenPrefix, kindOf } from './layouts.ts';
import { maySplit, splitEvents } from './split-events.ts';
import { decodeUtf8, fieldValue, fit, isWideEncoding, withoutUnsafe } from './text.ts';
import type { UserAgent } from './user-agent.ts';

/** An event as read from the datagram; id, time of receipt and source are added later. */
export type ParsedEvent = Omit<UserEvent, 'id' | 'receivedAt' | 'source'>;

/** The same object while it is being built. */
export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Why a datagram isn't an event. The names are labels of the metric, and therefore public. */
export const rejectionReasons = [
  'empty',
  'wrong-appender',
  'wrong-encoding',
  'unknown-prefix',
  'unknown-command',
  'missing-host',
  'missing-user',
  'joined-events',
  'too-many-events',
  'sender-not-allowed',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

export type ParseResult = Outcome & {
  /** The results of the other lines of the same datagram. */
  readonly more?: readonly Outcome[];
  /** Text of an event wasn't UTF-8, so it was read as windows-1252, which may be wrong. */
  readonly usedCodePage?: true;
};

export type Outcome =
  | { readonly ok: true; readonly event: ParsedEvent }
  | { readonly ok: false; readonly reason: RejectionReason };

/** Field lengths in characters (UTF-16 code units). */
const limits = { field: 100, origin: 200, context: 500, message: 1000 } as const;

const shortestCommand = Math.min(...[...kindOf.keys()].map(({ length }) => length));

/** In datagrams larger than this (bytes), the texts of events are copied. */
const largeDatagram = 8192;

/** Also matches after the prefix of a virtual proxy. */
const appIdInContext =
  /(?:^|\/)app\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=$|[?/#])/i;

/** Returns the browser and operating system found in the message of an event. */
export type UserAgentReader = (message: string) => UserAgent;

/**
 * Parses one datagram: returns an event, or the reason why it isn't one. Never throws.
 * The usual case, one line of UTF-8, takes the short path.
 */
export function parseDatagram(bytes: Uint8Array, readUserAgent: UserAgentReader): ParseResult {
  const text = decodeUtf8(bytes);
  if (text !== undefined && !maySplit(text)) {
    const outcome = parseLine(text, readUserAgent);
    return bytes.length > largeDatagram ? withOwnTexts(outcome) : outcome;
  }
  return parseUnusual(bytes, text, readUserAgent);
}

/** Parses a datagram that isn't UTF-8 or may have more than one line. */
function parseUnusual(
  bytes: Uint8Array,
  text: string | undefined,
  readUserAgent: UserAgentReader,
): ParseResult {
  if (isWideEncoding(bytes)) return { ok: false, reason: 'wrong-encoding' };
  const decoded = text === undefined ? decodeFields(bytes) : { text, usedCodePage: false };
  const { lines, joined, isCut } = splitEvents(decoded.text);
  const outcomes = lines.map((line) => parseLine(line, readUserAgent));
  const [first = { ok: false, reason: 'empty' }, ...more]: Outcome[] =
    bytes.length > largeDatagram ? outcomes.map(withOwnTexts) : outcomes;
  for (let left = joined; left > 0; left -= 1) more.push({ ok: false, reason: 'joined-events' });
  if (isCut) more.push({ ok: false, reason: 'too-many-events' });
  return {
    ...first,
    ...(more.length > 0 && { more }),
    ...(decoded.usedCodePage && outcomes.some(({ ok }) => ok) && { usedCodePage: true }),
  };
}

/** A substring keeps the whole text in memory for as long as the event is kept anywhere. */
function withOwnTexts(outcome: Outcome): Outcome {
  return outcome.ok ? (JSON.parse(JSON.stringify(outcome)) as Outcome) : outcome;
}

function parseLine(text: string, readUserAgent: UserAgentReader): Outcome {
  const trimmed = text.trimStart();
  if (trimmed === '') return { ok: false, reason: 'empty' };
  if (!trimmed.startsWith('/')) return parseFields(text, 'butler-4', readUserAgent);
  const dialect = dialectIn(text);
  if (dialect) {
    return parseFields(text.slice(text.indexOf(';') + 1), dialect, readUserAgent);
  }
  return { ok: false, reason: hasMistakenPrefix(trimmed) ? 'wrong-appender' : 'unknown-prefix' };
}

/** The fields of an event as received, not yet checked. */
export interface RawFields {
  readonly host: string;
  readonly command: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly origin: string;
  readonly context: string;
  readonly message: string;
}

/** Parses `host;command;userDirectory;userId;origin;context;message`. */
function parseFields(text: string, dialect: Dialect, readUserAgent: UserAgentReader): Outcome {
  // Cleans all fields at once: cleaning neither adds nor removes semicolons.
  const fields = splitFields(withoutUnsafe(text));
  const result = eventOfSafe(fields, dialect, readUserAgent);
  if (!result.ok) return result;
  if (result.event.userId === '') return { ok: false, reason: 'missing-user' };
  // The end of one event and the start of the next would give a user who doesn't exist.
  const isJoined = isCommand(result.event.origin) || isCommand(result.event.userId);
  return isJoined ? { ok: false, reason: 'joined-events' } : result;
}

function isCommand(value: string): boolean {
  return value.length >= shortestCommand && kindOf.has(value.toLowerCase());
}

/** Creates an event from unchecked fields, cleaned so that it is safe to pass on. May lack a user. */
export function eventOf(raw: RawFields, dialect: Dialect, readUserAgent: UserAgentReader): Outcome {
  const safe = {
    host: withoutUnsafe(raw.host),
    command: withoutUnsafe(raw.command),
    userDirectory: withoutUnsafe(raw.userDirectory),
    userId: withoutUnsafe(raw.userId),
    origin: withoutUnsafe(raw.origin),
    context: withoutUnsafe(raw.context),
    message: withoutUnsafe(raw.message),
  };
  return eventOfSafe(safe, dialect, readUserAgent);
}

/**
 * App id and user agent are read before the fields are cut.
 * No spreads, as in `ingest.ts`: they are slow, and every light waits for this.
 */
function eventOfSafe(fields: RawFields, dialect: Dialect, readUserAgent: UserAgentReader): Outcome {
  const kind =
    kindOf.get(fields.command) ?? kindOf.get(fit(fields.command, limits.field).toLowerCase());
  if (!kind) return { ok: false, reason: 'unknown-command' };
  const host = fieldValue(fields.host, limits.field);
  if (host === '') return { ok: false, reason: 'missing-host' };
  const event: Writable<ParsedEvent> = {
    kind,
    command: kinds[kind].command,
    host,
    userDirectory: fieldValue(fields.userDirectory, limits.field),
    userId: fieldValue(fields.userId, limits.field),
    origin: fieldValue(fields.origin, limits.origin),
    context: fieldValue(fields.context, limits.context),
    message: fieldValue(fields.message, limits.message),
    dialect,
  };
  const appId = appIdInContext.exec(fields.context.trim())?.[1];
  if (appId !== undefined) event.appId = appId;
  const { browser, os } = readUserAgent(fields.message);
  if (browser) event.browser = browser;
  if (os) event.os = os;
  return { ok: true, event };
}

/** The first six fields end at a semicolon; the seventh is the rest, including semicolons. */
function splitFields(text: string): RawFields {
  let start = 0;
  const next = (): string => {
    const end = text.indexOf(';', start);
    const field = end < 0 ? text.slice(start) : text.slice(start, end);
    start = end < 0 ? text.length : end + 1;
    return field;
  };
  return {
    host: next(),
    command: next(),
    userDirectory: next(),
    userId: next(),
    origin: next(),
    context: next(),
    message: text.slice(start),
  };
}
