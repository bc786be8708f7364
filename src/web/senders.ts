import { isTestEvent } from '../events/test-user.ts';
import type { UserEvent } from '../events/user-event.ts';
import { type Clock, systemClock } from '../platform/clock.ts';

/** A machine that sent events, or what was taken for none. */
export interface Sender {
  readonly address: string;
  /** Events accepted. */
  readonly events: number;
  /** Datagrams rejected, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** The Sense host, Qlik's words for what happened, when it came (ISO 8601). */
  readonly lastEvent?: Pick<UserEvent, 'host' | 'command' | 'timeUnknown'> & {
    readonly at: string;
  };
  /** Why its last rejected datagram was rejected, how to fix it, and when it arrived (ISO 8601). */
  readonly lastRejection?: Pick<SenderRejection, 'reason' | 'message' | 'remedy'> & {
    readonly at: string;
  };
}

/** A sender with what its last event was beside its address. */
export type FlatSender = Omit<Sender, 'lastEvent'> & Partial<NonNullable<Sender['lastEvent']>>;

/** A datagram that was no event. */
export interface SenderRejection {
  readonly address: string;
  readonly reason: string;
  /** What is wrong with it. */
  readonly message: string;
  /** What a person can do about it. */
  readonly remedy: string;
  /** When it came, ms since 1970. */
  readonly atMs: number;
}

interface HeardSender {
  readonly address: string;
  events: number;
  rejections: number;
  readonly rejected: Map<string, number>;
  lastEvent: UserEvent | undefined;
  lastRejection: SenderRejection | undefined;
  /** On the monotonic clock. */
  lastEventMs: number;
  lastHeardMs: number;
}

/** Addresses come from the network, where anybody can forge them, so their number must have an end. */
const mostSenders = 50;
/** Who has sent an event within this time stays before those who have not, ms. */
const recentEventMs = 24 * 3_600_000;
/** Who has sent nothing for so long gives way before those who have, ms. */
const silentMs = 3_600_000;

/** Which machines sent something since the start, test events left out. */
export class Senders {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** By address, most recent last. */
  readonly #senders = new Map<string, HeardSender>();
  #last: HeardSender | undefined;

  constructor(clock: Pick<Clock, 'monotonicMs'> = systemClock) {
    this.#clock = clock;
  }

  add(event: UserEvent): void {
    if (isTestEvent(event)) return;
    const sender = this.#heardOf(event.source);
    sender.events += 1;
    sender.lastEvent = event;
    sender.lastEventMs = sender.lastHeardMs;
  }

  rejected(rejection: SenderRejection): void {
    const sender = this.#heardOf(rejection.address);
    const { reason } = rejection;
    sender.rejections += 1;
    sender.rejected.set(reason, (sender.rejected.get(reason) ?? 0) + 1);
    sender.lastRejection = rejection;
  }

  /** Most recent first. */
  statuses(): Sender[] {
    return [...this.#senders.values()].map(describe).reverse();
  }

  /** The same as `/api/setup` has it. */
  newestFirst(): FlatSender[] {
    return this.statuses().map(({ lastEvent, ...sender }) => ({ ...sender, ...lastEvent }));
  }

  #heardOf(address: string): HeardSender {
    // Mostly it is the same one again, whose place needs no change.
    const sender = this.#last?.address === address ? this.#last : this.#moveToEnd(address);
    sender.lastHeardMs = this.#clock.monotonicMs();
    this.#last = sender;
    return sender;
  }

  #moveToEnd(address: string): HeardSender {
    const known = this.#senders.get(address);
    if (known) this.#senders.delete(address);
    else if (this.#senders.size >= mostSenders) this.#makeRoom();
    const sender = known ?? {
      address,
      events: 0,
      rejections: 0,
      rejected: new Map(),
      lastEvent: undefined,
      lastRejection: undefined,
      lastEventMs: Number.NEGATIVE_INFINITY,
      lastHeardMs: 0,
    };
    this.#senders.set(address, sender);
    return sender;
  }

  /** Among equals, the one with the fewest datagrams is dropped, then the one inactive longest. */
  #makeRoom(): void {
    const now = this.#clock.monotonicMs();
    let first: HeardSender | undefined;
    for (const sender of this.#senders.values()) {
      if (!first || givesWayBefore(sender, first, now)) first = sender;
    }
    if (first) this.#senders.delete(first.address);
  }
}

function givesWayBefore(one: HeardSender, other: HeardSender, now: number): boolean {
  const rank = standing(one, now) - standing(other, now);
  return rank === 0 ? weight(one) < weight(other) : rank < 0;
}

function standing({ lastEventMs, lastHeardMs }: HeardSender, now: number): number {
  if (now - lastEventMs < recentEventMs) return 2;
  return now - lastHeardMs < silentMs ? 1 : 0;
}

/** Of those who send events, what they had rejected counts for nothing. */
const weight = ({ events, rejections }: HeardSender): number => (events > 0 ? events : rejections);

function describe({ address, events, rejected, lastEvent, lastRejection }: HeardSender): Sender {
  return {
    address,
    events,
    rejected: Object.fromEntries(rejected),
    ...(lastEvent && {
      lastEvent: {
        host: lastEvent.host,
        command: lastEvent.command,
        at: lastEvent.receivedAt,
        ...(lastEvent.timeUnknown && { timeUnknown: true }),
      },
    }),
    ...(lastRejection && {
      lastRejection: {
        reason: lastRejection.reason,
        message: lastRejection.message,
        remedy: lastRejection.remedy,
        at: new Date(lastRejection.atMs).toISOString(),
      },
    }),
  };
}
