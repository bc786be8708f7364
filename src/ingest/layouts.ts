import { type EventKind, eventKinds, kinds } from '../events/kinds.ts';
import type { Dialect } from '../events/user-event.ts';

/** Prefixes of Butler 6 and Butler SOS; see `docs/log4net_user-audit-event` of Butler 6.1.1. */
const dialectOf: ReadonlyMap<string, Dialect> = new Map([
  ['/proxy-session/', 'butler-6'],
  ['/proxy-connection/', 'butler-6'],
  ['/qseow-proxy-session/', 'butler-sos'],
  ['/qseow-proxy-connection/', 'butler-sos'],
]);

/** Printed by mistake in Butler SOS's documentation; its fields are others altogether. */
const mistakenPrefix = '/proxy-user-event/';

/** By the command in lower case, and as Qlik spells it. */
export const kindOf: ReadonlyMap<string, EventKind> = new Map(
  eventKinds.flatMap((kind) => [
    [kinds[kind].command.toLowerCase(), kind],
    [kinds[kind].command, kind],
  ]),
);

/** The dialect whose prefix stands before the first semicolon. */
export function dialectIn(line: string): Dialect | undefined {
  const prefix = line.slice(0, Math.max(line.indexOf(';'), 0));
  // Nearly all prefixes are written as here.
  return dialectOf.get(prefix) ?? dialectOf.get(prefix.trim().toLowerCase());
}

export function hasMistakenPrefix(trimmedLine: string): boolean {
  return trimmedLine.slice(0, mistakenPrefix.length).toLowerCase() === mistakenPrefix;
}
