/** What a user did, in the order of section 2 of the product's contract. */
export const eventKinds = [
  'session-start',
  'session-stop',
  'connection-open',
  'connection-close',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Qlik's own spelling of each kind, as it stands in the datagram's command field. */
export const commandOf = {
  'session-start': 'Start session',
  'session-stop': 'Stop session',
  'connection-open': 'Open connection',
  'connection-close': 'Close connection',
} as const satisfies Record<EventKind, string>;

/** Which log appender file sent the datagram. */
export type Dialect = 'butler-4' | 'butler-6' | 'butler-sos';

/** One user activity event. `JSON.stringify` of it is the payload of `blinky/event`. */
export interface UserEvent {
  /** Unique, and sortable by time of receipt (a ULID). */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly receivedAt: string;
  /** The machine had not been told the time: `receivedAt` says what its clock showed, no more. */
  readonly timeUnknown?: true;
  readonly kind: EventKind;
  /** The Sense node that logged the event. */
  readonly host: string;
  readonly command: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly origin: string;
  readonly context: string;
  readonly message: string;
  readonly dialect: Dialect;
  /** Address of the sender. */
  readonly source: string;
  readonly appId?: string;
  readonly browser?: { readonly name: string; readonly majorVersion?: string };
  readonly os?: { readonly name: string; readonly version?: string };
}

/** `LAB/goran`, as Butler writes a user. */
export function userName(event: Pick<UserEvent, 'userDirectory' | 'userId'>): string {
  return `${event.userDirectory}/${event.userId}`;
}

/** Adds figures that are kept by kind. */
export function sumByKind(
  ...figures: readonly (Readonly<Record<EventKind, number>> | undefined)[]
): Record<EventKind, number> {
  const sumOf = (kind: EventKind) => figures.reduce((sum, one) => sum + (one?.[kind] ?? 0), 0);
  return Object.fromEntries(eventKinds.map((kind) => [kind, sumOf(kind)])) as Record<
    EventKind,
    number
  >;
}
