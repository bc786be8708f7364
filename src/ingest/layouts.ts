import { commandOf, type Dialect, type EventKind } from '../events/user-event.ts';

/** Prefixes of Butler 6 and Butler SOS; see `docs/log4net_user-audit-event` of Butler 6.1.1. */
export const dialectOf: ReadonlyMap<string, Dialect> = new Map([
  ['/proxy-session/', 'butler-6'],
  ['/proxy-connection/', 'butler-6'],
  ['/qseow-proxy-session/', 'butler-sos'],
  ['/qseow-proxy-connection/', 'butler-sos'],
]);

/** Printed by mistake in Butler SOS's documentation; its fields are others altogether. */
export const mistakenPrefix = '/proxy-user-event/';

/** By the command in lower case. */
export const kindOf: ReadonlyMap<string, EventKind> = new Map(
  (Object.entries(commandOf) as [EventKind, string][]).map(([kind, command]) => [
    command.toLowerCase(),
    kind,
  ]),
);

/** What stands before the first semicolon, as `dialectOf` has it. */
export function prefixOf(line: string): string {
  return line
    .slice(0, Math.max(line.indexOf(';'), 0))
    .trim()
    .toLowerCase();
}

export function hasMistakenPrefix(trimmedLine: string): boolean {
  return trimmedLine.slice(0, mistakenPrefix.length).toLowerCase() === mistakenPrefix;
}
