import type { Clock } from '../../platform/clock.ts';
import type { Journal, Urgency } from './journal.ts';
import type { Session } from './session.ts';
import { keys } from './stored-keys.ts';
import { payerOfParty, storedSession } from './stored-session.ts';

/**
 * A session with more subscriptions is not written just because its client connects or disconnects.
 */
const manySubscriptions = 100;
/** A client that has left is back within this time, or stays away for longer, ms. */
const leftForLongerMs = 600_000;

/** Writes sessions to disk, large ones no more often than needed. */
export class SessionWrites {
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** Sessions on disk that do not yet say that their client has left. */
  readonly #due = new Set<Session>();

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** @param isPaidFor whether it is written in any case */
  write(session: Session, urgency: Urgency, isPaidFor = false): void {
    const payer = isPaidFor ? undefined : payerOfParty(session.party);
    // Created when it is written: a client may subscribe a thousand times before.
    const text = () => JSON.stringify(storedSession(session));
    this.#due.delete(session);
    session.writtenAs = presenceOf(session);
    session.isUnfinished = urgency === 'lazy' && session.isUnfinished;
    this.#journal.put(
      keys.session(session.clientId),
      text,
      urgency,
      payer && { ...payer, budget: 'sessions', keepsOlder: true },
    );
  }

  /** The session's client has connected. */
  connected(session: Session): void {
    this.#due.delete(session);
    if (isLarge(session) && session.writtenAs === presenceOf(session)) return;
    this.write(session, 'lazy');
  }

  /** The session's client has disconnected. */
  disconnected(session: Session): void {
    if (isLarge(session)) this.#due.add(session);
    else this.write(session, 'lazy');
  }

  ended(session: Session): void {
    this.#due.delete(session);
    this.#journal.put(keys.session(session.clientId), undefined, 'lazy');
  }

  /**
   * Writes large sessions whose clients have been offline for a while; at the end of the program,
   * all.
   */
  writeDue(isEnd = false): void {
    const now = this.#clock.monotonicMs();
    for (const session of this.#due) {
      if (isEnd || now - session.expiryFromMs >= leftForLongerMs) this.write(session, 'lazy');
    }
  }
}

const isLarge = ({ subscriptions }: Session) => subscriptions.size > manySubscriptions;

/** What is on disk of a session in addition to its subscriptions. */
export function presenceOf({ owner, party, expirySeconds, disconnectedAt }: Session): string {
  const isAway = disconnectedAt !== undefined;
  return JSON.stringify([owner, party.key, expirySeconds, isAway]);
}
