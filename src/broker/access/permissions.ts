import type { User } from '../../access/users.ts';
import { ownTopics } from '../../publications/topics.ts';
import { coversFilter, matchesFilter } from '../topics/topic-filter.ts';

/** Who a client is: a signed-in user, or anonymous. */
export type Identity = User | 'anonymous';

/** What each client may do on the broker. */
export interface Permissions {
  /** Whether clients may connect without signing in. */
  readonly admitsAnonymous: boolean;
  mayPublish(identity: Identity, topic: string): boolean;
  maySubscribe(identity: Identity, filter: string): boolean;
  /** Whether people's names are hidden from this client. */
  hidesNames(identity: Identity): boolean;
}

export interface PermissionSettings {
  readonly anonymous: 'none' | 'subscribe' | 'publish';
  readonly personalData: 'anyone' | 'signedIn';
}

/**
 * The rules of section 8 of the product's contract.
 * @param isReserved whether only the appliance, and users with the explicit permission, may publish
 * to a topic
 */
export function createPermissions(
  settings: PermissionSettings,
  isReserved: (topic: string) => boolean,
): Permissions {
  const { anonymous, personalData } = settings;
  return {
    admitsAnonymous: anonymous !== 'none',
    mayPublish: (identity, topic) => {
      if (topic.startsWith('$')) return false;
      if (anonymous === 'publish') return true;
      if (identity === 'anonymous') return false;
      if (identity.publish?.some((filter) => matchesFilter(filter, topic))) return true;
      if (topic === ownTopics.blink) return true;
      return identity.publish === undefined && !isReserved(topic);
    },
    maySubscribe: (identity, filter) => {
      // Of the server's own topics, the statistics are for everyone; others have no meaning here.
      if (filter.startsWith('$') && !filter.startsWith('$SYS/')) return false;
      if (identity === 'anonymous' || identity.subscribe === undefined) return true;
      return identity.subscribe.some((right) => coversFilter(right, filter));
    },
    hidesNames: (identity) => personalData === 'signedIn' && identity === 'anonymous',
  };
}
