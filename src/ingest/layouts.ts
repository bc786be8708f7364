import { type EventKind, eventKinds, kinds, proxyLogs } from '../events/kinds.ts';
import type { Dialect } from '../events/user-event.ts';

/** Prefixes of Butler 6 and Butler SOS; see `docs/log4net_user-audit-event` of Butler 6.1.1. */
const dialectOf: ReadonlyMap<string, Dialect> = new Map(
  proxyLogs.flatMap((log) => [
    [`/proxy-${log}/`, 'butler-6'],
    [`/qseow-proxy-${log}/`, 'butler-sos'],
  ]),
);

/** Matches any of them, as part of a case-insensitive regular expression. */
export const prefixPattern = String.raw`\/(?:qseow-)?proxy-(?:${proxyLogs.join('|')})\/`;

/** From a faulty sample file in Butler SOS's documentation; its fields are entirely different. */
const mistakenPrefix = '/proxy-user-event/';

/** Keys are the commands, both in lower case and as Qlik spells them. */
export const kindOf: ReadonlyMap<string, EventKind> = new Map(
  eventKinds.flatMap((kind) => [
    [kinds[kind].command.toLowerCase(), kind],
    [kinds[kind].command, kind],
  ]),
);

/** Returns the dialect whose prefix is before the first semicolon. */
export function dialectIn(line: string): Dialect | undefined {
  const prefix = line.slice(0, Math.max(line.indexOf(';'), 0));
  // Nearly all prefixes match exactly, so that is tried first.
  return dialectOf.get(prefix) ?? dialectOf.get(prefix.trim().toLowerCase());
}

export function hasMistakenPrefix(trimmedLine: string): boolean {
  return trimmedLine.slice(0, mistakenPrefix.length).toLowerCase() === mistakenPrefix;
}
