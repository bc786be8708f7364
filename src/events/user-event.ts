import type { EventKind } from './kinds.ts';

/** Which log appender file sent the datagram. */
export type Dialect = 'butler-4' | 'butler-6' | 'butler-sos';

/** One user activity event. `JSON.stringify` of it is the payload of `blinky/event`. */
export interface UserEvent {
  /** Unique, and sortable by time of receipt (a ULID). */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly receivedAt: string;
  /** The machine's clock was not set yet, so `receivedAt` is only what it showed. */
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
