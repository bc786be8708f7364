import { timingSafeEqual } from 'node:crypto';
import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { RateLimit } from './rate-limit.ts';
import type { User } from './users.ts';

/** How many pairs of user and network are remembered; the least recently used is dropped. */
const most = 1000;
/** Entries unused for this long are dropped, ms. */
const unusedMs = 7 * 24 * 60 * 60_000;

/**
 * How many other passwords may be compared with a remembered one, then one per interval, ms. Enough
 * that an attacker behind the same address needs long to lock a user out; too few to find a
 * password: 30,000 on the first day.
 */
const misses = { burst: 2000, everyMs: 3000 } as const;

interface Known {
  readonly user: User;
  readonly digest: Buffer;
  readonly misses: RateLimit;
  lastMiss: Buffer | undefined;
  usedAtMs: number;
}

/**
 * Users and the networks from which they have signed in. A returning user with the same password is
 * let in without a key derivation, whatever other clients at the same address do.
 */
export class KnownSignIns {
  readonly #clock: Clock;
  /** The first is the least recently used. */
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The user who has signed in from this network before with this name and password.
   * @param digest a keyed digest of name and password
   */
  find(network: string, name: string, digest: Buffer): User | undefined {
    const key = keyOf(network, name);
    const known = this.#known.get(key);
    if (!known) return undefined;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - known.usedAtMs > unusedMs) {
      this.#known.delete(key);
      return undefined;
    }
    // A device that repeats an old password is not guessing.
    if (known.lastMiss && timingSafeEqual(known.lastMiss, digest)) return undefined;
    if (known.misses.waitMs > 0) return undefined;
    if (!timingSafeEqual(known.digest, digest)) {
      known.misses.take();
      known.lastMiss = digest;
      return undefined;
    }
    known.usedAtMs = nowMs;
    putLast(this.#known, key, known, most);
    return known.user;
  }

  /** The user has signed in with name and password. */
  remember(network: string, digest: Buffer, user: User): void {
    const key = keyOf(network, user.name);
    const usedAtMs = this.#clock.monotonicMs();
    const before = this.#known.get(key);
    putLast(
      this.#known,
      key,
      {
        user,
        digest,
        misses: before?.misses ?? new RateLimit(misses, this.#clock),
        lastMiss: before?.lastMiss,
        usedAtMs,
      },
      most,
    );
  }
}

/** A network never contains a slash. */
const keyOf = (network: string, name: string): string => `${network}/${name}`;
