import { recordOf } from '../platform/record-of.ts';

/** The logs of the Sense proxy that have events. */
export const proxyLogs = ['session', 'connection'] as const;
export type ProxyLog = (typeof proxyLogs)[number];

/** What differs from one kind of event to the next; everything else about kinds derives from it. */
interface Kind {
  /** Qlik's own spelling, as in the datagram's command field. */
  readonly command: string;
  /** What its settings are called: `lightConfig.<key>` and `mqttConfig.<key>Topic`. */
  readonly key: string;
  /** The light that shows it unless the settings say otherwise; `none` for no light. */
  readonly light: string;
  /** The topic on which it is published unless the settings say otherwise. */
  readonly topic: string;
  /** Its effect on the user's session (`UserSessions`); `none`: no effect. */
  readonly session: 'start' | 'stop' | 'open' | 'close' | 'none';
  /** Which log has it; it is also in the prefix of its datagrams. */
  readonly log: ProxyLog;
  /** The words by which an appender finds its rows in that log. */
  readonly row: string;
  /** What follows `blinky send`. */
  readonly word: string;
  /** What leads its line in Slack. */
  readonly circle: string;
}

/** One row a kind, in the order in which APIs list them. The page's words are in `texts.js`. */
const rows = {
  'session-start': {
    command: 'Start session',
    key: 'sessionStart',
    light: 'none',
    topic: 'qliksense/session/start',
    session: 'start',
    log: 'session',
    row: 'Start session for user',
    word: 'start',
    circle: '🔵',
  },
  'session-stop': {
    command: 'Stop session',
    key: 'sessionStop',
    light: 'none',
    topic: 'qliksense/session/stop',
    session: 'stop',
    log: 'session',
    row: 'Stop session for user',
    word: 'stop',
    circle: '🟠',
  },
  'connection-open': {
    command: 'Open connection',
    key: 'connectionOpen',
    light: 'green',
    topic: 'qliksense/connection/open',
    session: 'open',
    log: 'connection',
    row: 'connection Opened for session',
    word: 'open',
    circle: '🟢',
  },
  'connection-close': {
    command: 'Close connection',
    key: 'connectionClose',
    light: 'red',
    topic: 'qliksense/connection/close',
    session: 'close',
    log: 'connection',
    row: 'connection Closed for session',
    word: 'close',
    circle: '🔴',
  },
} as const satisfies Record<string, Kind>;

/** What a user did. */
export type EventKind = keyof typeof rows;
type Row = (typeof rows)[EventKind];
export type KindKey = Row['key'];

export const eventKinds: readonly EventKind[] = Object.keys(rows) as EventKind[];

export const kinds: Readonly<
  Record<EventKind, Kind & { readonly key: KindKey; readonly light: Row['light'] }>
> = rows;

/** The order in which people read them: first those that a light shows by default. */
export const kindsByInterest: readonly EventKind[] = [
  ...eventKinds.filter((kind) => kinds[kind].light !== 'none'),
  ...eventKinds.filter((kind) => kinds[kind].light === 'none'),
];

/** Every command, as a sentence lists them. */
export const commandList = eventKinds.map((kind) => kinds[kind].command).join(', ');

/** Something for each kind. */
export function byKind<Value>(make: (kind: EventKind) => Value): Record<EventKind, Value> {
  return recordOf(eventKinds, make);
}

/** Adds up counts by kind. */
export function sumByKind(
  ...counts: readonly (Readonly<Record<EventKind, number>> | undefined)[]
): Record<EventKind, number> {
  return byKind((kind) => counts.reduce((sum, one) => sum + (one?.[kind] ?? 0), 0));
}
