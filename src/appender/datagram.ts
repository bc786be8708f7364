import { type EventKind, kinds } from '../events/kinds.ts';
import type { Dialect } from '../events/user-event.ts';

export interface DatagramContent {
  readonly kind: EventKind;
  readonly host: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly appId: string;
  readonly userAgent: string;
  readonly dialect: Dialect;
}

/** Encodes an event as a Sense server's log appender sends it. */
export function encodeDatagram(content: DatagramContent): Uint8Array {
  const { kind, host, userDirectory, userId, appId, userAgent, dialect } = content;
  const { command, log, row } = kinds[kind];
  const who = [host, command, userDirectory, userId];
  if (dialect === 'butler-4') return Buffer.from(who.join(';'));

  const prefix = `/${dialect === 'butler-sos' ? 'qseow-' : ''}proxy-${log}/`;
  const words = log === 'session' ? `${row} ${userDirectory}\\${userId}` : `Proxy ${row}`;
  const message = `${words} UserAgent: '${userAgent}'`;
  const context = log === 'session' ? '/hub/' : `/app/${appId}`;
  return Buffer.from([prefix, ...who, 'AppAccess', context, message].join(';'));
}
