import type { Party } from '../../access/fair-shares.ts';
import { anonymous, type Owner } from '../access/client-ids.ts';

/** A subscription with its MQTT 5 options (section 3.8.3.1). */
export interface StoredSubscription {
  readonly qos: number;
  readonly rh?: number;
  readonly rap?: boolean;
  readonly nl?: boolean;
  readonly subscriptionIdentifier?: number;
}

/** A session as stored on disk, JSON. */
export interface StoredSession {
  readonly expirySeconds: number;
  /** By the time of day, ms since 1970. */
  readonly disconnectedAt?: number | undefined;
  readonly subscriptions: readonly (readonly [string, StoredSubscription])[];
  /** A user's name, or an empty text for an anonymous client; version 1.0 stored none. */
  readonly owner?: Owner | undefined;
  /** The network of an anonymous client. */
  readonly network?: string | undefined;
}

/** Sessions from version 1.0, whose owners are unknown. */
export const unknownParty: Party = { key: 'unknown', standing: 'known' };

/** The party that competes for the place of a stored session. */
export function partyOfStored(
  { owner, network }: Pick<Partial<StoredSession>, 'owner' | 'network'>,
  known: { has(network: string): boolean },
): Party {
  if (owner === undefined) return unknownParty;
  if (owner !== anonymous) return { key: owner, standing: 'signedIn' };
  if (network === undefined) return unknownParty;
  return { key: network, standing: known.has(network) ? 'known' : 'stranger' };
}

/** The party whose writes are limited; undefined for users who have signed in. */
export const payerOfParty = (party: Party): { readonly party: Party } | undefined =>
  party.standing === 'signedIn' ? undefined : { party };

/** @throws TypeError or SyntaxError if `text` was not written by this program */
export function readStoredSession(text: string): StoredSession {
  const stored: unknown = JSON.parse(text);
  if (!isStoredSession(stored)) throw new TypeError('not a session');
  return stored;
}

function isStoredSession(stored: unknown): stored is StoredSession {
  if (typeof stored !== 'object' || stored === null) return false;
  const { expirySeconds, disconnectedAt, subscriptions, owner, network } = stored as Record<
    string,
    unknown
  >;
  return (
    typeof expirySeconds === 'number' &&
    ['number', 'undefined'].includes(typeof disconnectedAt) &&
    ['string', 'undefined'].includes(typeof owner) &&
    ['string', 'undefined'].includes(typeof network) &&
    Array.isArray(subscriptions) &&
    subscriptions.every(
      (one: unknown) =>
        Array.isArray(one) &&
        typeof one[0] === 'string' &&
        typeof (one[1] as { qos?: unknown } | undefined)?.qos === 'number',
    )
  );
}

export function storedSession(session: {
  readonly expirySeconds: number;
  readonly disconnectedAt: number | undefined;
  readonly subscriptions: ReadonlyMap<string, StoredSubscription>;
  readonly owner: Owner | undefined;
  readonly party: Party;
}): StoredSession {
  const { expirySeconds, disconnectedAt, subscriptions, owner, party } = session;
  return {
    expirySeconds,
    disconnectedAt,
    subscriptions: [...subscriptions],
    owner,
    ...(owner === anonymous && { network: party.key }),
  };
}
