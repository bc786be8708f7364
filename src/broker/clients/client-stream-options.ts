import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import type { FrameGuardLimits } from '../wire/frame-guard.ts';
import type { Connect } from '../wire/packet-check.ts';
import type { Flusher } from './flusher.ts';
import type { OutgoingLimits } from './outgoing.ts';
import type { Turns } from './turns.ts';

export interface ClientLimits extends FrameGuardLimits, OutgoingLimits {
  /** Messages and topic filters that one client may send; a faster one is slowed down. */
  readonly messagesPerSecond: number;
}

export interface ClientStreamOptions {
  readonly transport: Duplex;
  readonly flusher: Flusher;
  readonly turns: Turns;
  /** The party the client belongs to when clients take turns: its network. */
  readonly party: string;
  readonly limits: ClientLimits;
  readonly clock: Clock;
  /** Called when the client's CONNECT has arrived and is valid. */
  readonly onConnect: (connect: Connect) => void;
  /** Called with the reason if the client is disconnected by the broker. */
  readonly onCutOff: (reason: Error) => void;
  readonly onCrowded: () => void;
  readonly onBehind: () => void;
  readonly onCaughtUp: () => void;
  readonly onDropped: () => void;
}
