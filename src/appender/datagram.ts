import { commandOf, type Dialect, type EventKind } from '../events/user-event.ts';

export interface DatagramContent {
  readonly kind: EventKind;
  readonly host: string;
  readonly userDirectory: string;
  readonly userId: string;
  readonly appId: string;
  readonly userAgent: string;
  readonly dialect: Dialect;
}

/** One event as a Sense server's log appender sends it. */
export function encodeDatagram(content: DatagramContent): Uint8Array {
  const { kind, host, userDirectory, userId, appId, userAgent, dialect } = content;
  const isSession = kind.startsWith('session');
  const who = [host, commandOf[kind], userDirectory, userId];
  if (dialect === 'butler-4') return Buffer.from(who.join(';'));

  const prefix = `/${dialect === 'butler-sos' ? 'qseow-' : ''}proxy-${isSession ? 'session' : 'connection'}/`;
  const message = isSession
    ? `${commandOf[kind]} for user ${userDirectory}\\${userId} UserAgent: '${userAgent}'`
    : `Proxy connection ${kind === 'connection-open' ? 'Opened' : 'Closed'} for session UserAgent: '${userAgent}'`;
  const context = isSession ? '/hub/' : `/app/${appId}`;
  return Buffer.from([prefix, ...who, 'AppAccess', context, message].join(';'));
}
