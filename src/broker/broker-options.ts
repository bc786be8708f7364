import type { SignIns } from '../access/sign-ins.ts';
import type { Users } from '../access/users.ts';
import type { LimitWatch } from '../health/limit-watch.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Permissions } from './access/permissions.ts';
import type { ConnectionsOptions } from './clients/connections.ts';
import type { BrokerStore } from './store/broker-store.ts';
import type { NameRemover } from './without-names.ts';

export interface BrokerOptions {
  readonly permissions: Permissions;
  /** Checks names and passwords. */
  readonly signIns: Pick<SignIns, 'signIn'>;
  readonly users: Pick<Users, 'areThere' | 'has'>;
  /** Takes people's names out of a message, for clients that are not to know them. */
  readonly removeNames: NameRemover;
  readonly limits: ConnectionsOptions['limits'] & {
    /** Subscriptions that one client may have. */
    readonly subscriptionsPerClient: number;
    /** How long a session outlives its connection at most. */
    readonly sessionExpirySeconds: number;
  };
  /** Told of every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /** Whether a topic is one on which the appliance hears also who may not publish there. */
  readonly isHeardFromAnybody: (topic: string) => boolean;
  /** Keeps retained messages and sessions, over restarts where it has a disk. */
  readonly store: BrokerStore;
  /** Where limits are reported that somebody has reached. */
  readonly watch: LimitWatch;
  /** The appliance's version, which the broker tells. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}
