import type { Party } from '../../access/fair-shares.ts';
import type { LimitWatch } from '../../health/limit-watch.ts';
import type { Log } from '../../platform/log.ts';
import type { LeftOut } from '../store/select-stored.ts';
import type { Session } from '../store/session.ts';

const key = (name: string) => `Butler.brokerConfig.limits.${name}`;

/** Reports which limits on what is kept for clients were reached, and what to do about it. */
export class LimitReports {
  readonly #watch: LimitWatch;
  readonly #log: Log;

  constructor(watch: LimitWatch, log: Log) {
    this.#watch = watch;
    this.#log = log;
  }

  /** A session loses a message because too many wait. */
  dropped(session: Session, reason: 'of the client' | 'of all clients'): void {
    const { clientId, queue, party } = session;
    // Everyone can read the health: it names addresses, but no client or user.
    if (reason === 'of all clients') {
      this.#watch.exceeded('queues', () => ({
        message: `too much data is queued for MQTT clients, most of it for clients ${whereOf(party)}: their oldest messages are dropped`,
        remedy: `Find out why these clients receive nothing, or raise ${key('queuedBytesOfAll')}`,
      }));
      return;
    }
    if (session.overflowing) return;
    session.overflowing = true;
    // Anonymous clients can create any number of overflowing sessions.
    if (party.standing === 'stranger') return;
    this.#log.warn(`client ${clientId} has ${queue.size} messages waiting: dropping the oldest`);
  }

  /** A session ends because others need what it takes. */
  sessionGivesWay({ party }: Session, needed: 'sessions' | 'subscriptions'): void {
    const setting = needed === 'sessions' ? 'sessions' : 'subscriptionsOfAll';
    this.#watch.exceeded(needed, () => ({
      message: `too many MQTT ${needed}, most of them of clients ${whereOf(party)}: their sessions are ended`,
      remedy: `Find out which clients create so many, or raise ${key(setting)}; those of signed-in users are kept`,
    }));
  }

  /** The disk held more than there is room for. */
  leftOut({ sessions, queued, others }: LeftOut): void {
    this.#log.warn(
      `the stored state for MQTT clients exceeds the limits. Discarded: ${sessions} sessions, ${queued} queued messages, ${others} other entries`,
    );
  }
}

/** The clients of a party, without a user's name. */
export const whereOf = ({ key: network, standing }: Party): string =>
  standing === 'signedIn' ? 'of signed-in users' : `at ${network}`;
