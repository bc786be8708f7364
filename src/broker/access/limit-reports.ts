import type { Party } from '../../access/fair-shares.ts';
import type { LimitWatch } from '../../health/limit-watch.ts';
import type { Log } from '../../platform/log.ts';
import type { LeftOut } from '../store/select-stored.ts';
import type { Session } from '../store/session.ts';

const key = (name: string) => `Butler.brokerConfig.limits.${name}`;

/** Says in words which limits on what is kept for clients were reached, and what to do about it. */
export class LimitReports {
  readonly #watch: LimitWatch;
  readonly #log: Log;

  constructor(watch: LimitWatch, log: Log) {
    this.#watch = watch;
    this.#log = log;
  }

  /** A session loses a message because too many wait. */
  dropped(session: Session, reason: 'of its own' | 'of all'): void {
    const { clientId, queue, party } = session;
    // Health is open to anybody: it names addresses, and no client or user.
    if (reason === 'of all') {
      this.#watch.exceeded('queues', () => ({
        message: `too much waits for MQTT clients, most of it ${whereOf(party)}: the oldest messages are dropped there`,
        remedy: `Find out why these clients take nothing, or raise ${key('queuedBytesOfAll')}`,
      }));
      return;
    }
    if (session.overflowing) return;
    session.overflowing = true;
    // Strangers can have as many sessions that overflow as they like.
    if (party.standing === 'stranger') return;
    this.#log.warn(`client ${clientId} has ${queue.size} messages waiting: the oldest are dropped`);
  }

  /** A session ends because others need what it takes. */
  sessionGivesWay({ party }: Session, needed: 'sessions' | 'subscriptions'): void {
    const setting = needed === 'sessions' ? 'sessions' : 'subscriptionsOfAll';
    this.#watch.exceeded(needed, () => ({
      message: `too many MQTT ${needed}, most of them ${whereOf(party)}: sessions are ended there`,
      remedy: `Find out who makes so many, or raise ${key(setting)}; those of users who sign in stay`,
    }));
  }

  /** The disk held more than there is room for. */
  leftOut({ sessions, queued, others }: LeftOut): void {
    this.#log.warn(
      `the state held more for MQTT clients than there is room for. Left out: sessions: ${sessions}, messages that waited: ${queued}, others: ${others}`,
    );
  }
}

/** Where a party is, without a user's name. */
export const whereOf = ({ key: network, standing }: Party): string =>
  standing === 'signedIn' ? 'of users who have signed in' : `at ${network}`;
