import { commandOf, type Dialect, type EventKind, type UserEvent } from '../events/user-event.ts';
import { cleanField } from './clean.ts';
import { decode } from './decode.ts';
import type { UserAgent } from './user-agent.ts';

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
  const [host, command, userDirectory, userId, origin, context, message] = splitFields(text);
  const raw = { host, command, userDirectory, userId, origin, context, message };
  const result = eventOf(raw, dialect, readUserAgent);
  return result.ok && result.event.userId === '' ? { ok: false, reason: 'missing-user' } : result;
}

/** Makes an event of fields from outside, safe to pass on; who it was may be left out. */
export function eventOf(
  raw: RawFields,
  dialect: Dialect,
  readUserAgent: UserAgentReader,
): ParseResult {
  const kind = kindOf.get(cleanField(raw.command, limits.field).toLowerCase());
  if (!kind) return { ok: false, reason: 'unknown-command' };

  const fields = {
    host: cleanField(raw.host, limits.field),
    userDirectory: cleanField(raw.userDirectory, limits.field),
    userId: cleanField(raw.userId, limits.field),
    origin: cleanField(raw.origin, limits.origin),
    context: cleanField(raw.context, limits.context),
    message: cleanField(raw.message, limits.message),
  };
  if (fields.host === '') return { ok: false, reason: 'missing-host' };

  const appId = appIdInContext.exec(fields.context)?.[1];
  return {
    ok: true,
    event: {
      kind,
      command: commandOf[kind],
      ...fields,
      dialect,
      ...(appId !== undefined && { appId }),
      ...readUserAgent(fields.message),
    },
  };
}

type Fields = readonly [string, string, string, string, string, string, string];

/** The first six fields end at a semicolon; the seventh is all the rest, semicolons included. */
function splitFields(text: string): Fields {
  let rest: string | undefined = text;
  const next = (): string => {
    if (rest === undefined) return '';
    const end: number = rest.indexOf(';');
    const field = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? undefined : rest.slice(end + 1);
    return field;
  };
  return [next(), next(), next(), next(), next(), next(), rest ?? ''];
}
