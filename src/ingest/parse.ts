import { commandOf, type Dialect, type EventKind, type UserEvent } from '../events/user-event.ts';
import { fit, withoutUnsafe } from './clean.ts';
import { decode } from './decode.ts';
import type { UserAgent } from './user-agent.ts';
import type { Writable } from './writable.ts';

/** An event as the datagram tells it; who received it when, and from where, is added later. */
export type ParsedEvent = Omit<UserEvent, 'id' | 'receivedAt' | 'source'>;

/** Why a datagram is no event. The names are the labels of the metric, and so public. */
export const rejectionReasons = [
  'empty',
  'wrong-appender',
  'unknown-prefix',
  'unknown-command',
  'missing-host',
  'missing-user',
  'sender-not-allowed',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

export type ParseResult =
  | { readonly ok: true; readonly event: ParsedEvent }
  | { readonly ok: false; readonly reason: RejectionReason };

/** Prefixes of Butler 6 and Butler SOS; see `docs/log4net_user-audit-event` of Butler 6.1.1. */
const dialectOf: ReadonlyMap<string, Dialect> = new Map([
  ['/proxy-session/', 'butler-6'],
  ['/proxy-connection/', 'butler-6'],
  ['/qseow-proxy-session/', 'butler-sos'],
  ['/qseow-proxy-connection/', 'butler-sos'],
]);

/** Printed by mistake in Butler SOS's documentation; its fields are others altogether. */
const mistakenPrefix = '/proxy-user-event/';

const kindOf: ReadonlyMap<string, EventKind> = new Map(
  (Object.entries(commandOf) as [EventKind, string][]).map(([kind, command]) => [
    command.toLowerCase(),
    kind,
  ]),
);

/** Field lengths in characters (UTF-16 code units). */
const limits = { field: 100, origin: 200, context: 500, message: 1000 } as const;

const appIdInContext =
  /^\/?app\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=$|[?/])/i;

/** Finds browser and operating system in the message of an event. */
export type UserAgentReader = (message: string) => UserAgent;

/** Reads one datagram: an event, or the reason why it is none. Never throws. */
export function parseDatagram(bytes: Uint8Array, readUserAgent: UserAgentReader): ParseResult {
  const text = decode(bytes);
  if (text.trim() === '') return { ok: false, reason: 'empty' };

  const prefix = text
    .slice(0, Math.max(text.indexOf(';'), 0))
    .trim()
    .toLowerCase();
  if (!text.trimStart().startsWith('/')) return parseFields(text, 'butler-4', readUserAgent);
  const dialect = dialectOf.get(prefix);
  if (dialect) {
    return parseFields(text.slice(text.indexOf(';') + 1), dialect, readUserAgent);
  }
  const isMistaken = text.trimStart().toLowerCase().startsWith(mistakenPrefix);
  return { ok: false, reason: isMistaken ? 'wrong-appender' : 'unknown-prefix' };
}

/** The fields of an event as somebody else wrote them. */
export interface RawFields {
  readonly host: string;
  readonly command: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly origin: string;
  readonly context: string;
  readonly message: string;
}

/** Reads `host;command;userDirectory;userId;origin;context;message`. */
function parseFields(text: string, dialect: Dialect, readUserAgent: UserAgentReader): ParseResult {
  // Of all fields at once: no semicolon comes or goes by that.
  const result = eventOfSafe(splitFields(withoutUnsafe(text)), dialect, readUserAgent);
  return result.ok && result.event.userId === '' ? { ok: false, reason: 'missing-user' } : result;
}

/** Makes an event of fields from outside, safe to pass on; who it was may be left out. */
export function eventOf(
  raw: RawFields,
  dialect: Dialect,
  readUserAgent: UserAgentReader,
): ParseResult {
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

/** Spelt out, as in `ingest.ts`: every light waits for it, and spreads are slow. */
function eventOfSafe(
  fields: RawFields,
  dialect: Dialect,
  readUserAgent: UserAgentReader,
): ParseResult {
  const kind = kindOf.get(fit(fields.command, limits.field).toLowerCase());
  if (!kind) return { ok: false, reason: 'unknown-command' };
  const host = fit(fields.host, limits.field);
  if (host === '') return { ok: false, reason: 'missing-host' };
  const event: Writable<ParsedEvent> = {
    kind,
    command: commandOf[kind],
    host,
    userDirectory: fit(fields.userDirectory, limits.field),
    userId: fit(fields.userId, limits.field),
    origin: fit(fields.origin, limits.origin),
    context: fit(fields.context, limits.context),
    message: fit(fields.message, limits.message),
    dialect,
  };
  const appId = appIdInContext.exec(event.context)?.[1];
  if (appId !== undefined) event.appId = appId;
  const { browser, os } = readUserAgent(event.message);
  if (browser) event.browser = browser;
  if (os) event.os = os;
  return { ok: true, event };
}

/** The first six fields end at a semicolon; the seventh is all the rest, semicolons included. */
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
