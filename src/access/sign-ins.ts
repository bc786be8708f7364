import { createHmac, randomBytes } from 'node:crypto';
import { networkOf } from '../platform/addresses.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { FairQueues } from './fair-queues.ts';
import { KnownSignIns } from './known-sign-ins.ts';
import { RateLimits } from './rate-limits.ts';
import { SignInLog } from './sign-in-log.ts';
import type { User, Users } from './users.ts';
import { WrongSignIns } from './wrong-sign-ins.ts';

/** Wrong passwords allowed from one network, then one per interval, ms. */
const byNetwork = { burst: 5, everyMs: 6000 } as const;

/**
 * Wrong passwords allowed for one user name from all networks together. Networks that have recently
 * sent a wrong one share a separate limit, so that they can't use up the limit of other networks.
 */
const byName = { burst: 20, everyMs: 3000 } as const;
const byNameOfSuspects = { burst: 10, everyMs: 6000 } as const;

/** The longest user name (`Butler.brokerConfig.access.users`). */
const longestName = 64;

/** Each derivation takes a core and 32 MB for about 0.1 s (`password.ts`). */
const derivationsAtATime = 2;

/**
 * If more memory than this is in use, bytes, they run one at a time. Two of them fit below the 200
 * MB that the program may take under attack.
 */
const tightBytes = 130e6;

/** Sign-ins that may wait for a derivation, in total and from one network. */
const waiting = { most: 64, mostInOne: 16 } as const;

/** The longest wait, ms: an MQTT client has five seconds to connect. */
const longestWaitMs = 4000;

/** When to try again if the queue was full, ms. */
const crowdedMs = 2000;

/** The user who has signed in; or `wrong` for name or password; or nothing was checked. */
export type SignInResult = User | 'wrong' | { readonly tryAgainInMs: number };

export interface SignInsOptions {
  readonly users: Pick<Users, 'authenticate'>;
  /** The memory in use by the program, bytes. */
  readonly residentBytes: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Attempt {
  readonly network: string;
  readonly name: string;
  readonly password: string;
  readonly digest: Buffer;
  readonly resolve: (result: SignInResult) => void;
  cancelTimer: () => void;
}

/** One name and password being checked, for everyone who has sent them. */
interface Check {
  readonly attempts: Attempt[];
  readonly giveBack: () => void;
}

/**
 * Checks names and passwords for both ways to sign in, MQTT and the page. An attempt is counted
 * before any work for it starts, so that concurrent guesses are limited as well. The work is
 * bounded and shared fairly among networks, and users who have signed in from a network before
 * don't wait, so that nobody's guesses lock others out.
 */
export class SignIns {
  readonly counts = { right: 0, wrong: 0, delayed: 0 };
  readonly #options: SignInsOptions;
  readonly #networks: RateLimits;
  readonly #names: RateLimits;
  readonly #namesOfSuspects: RateLimits;
  readonly #known: KnownSignIns;
  readonly #wrong: WrongSignIns;
  readonly #queues = new FairQueues<Attempt>(waiting);
  /** Checks in progress, by digest. */
  readonly #checks = new Map<string, Check>();
  /** How many attempts of each network are being checked. */
  readonly #underWay = new Map<string, number>();
  readonly #waiting = new Set<Attempt>();
  /** Whether there was memory for another check when the last one started. */
  #hasMemory = false;
  readonly #log: SignInLog;
  readonly #digestKey = randomBytes(32);

  constructor(options: SignInsOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#networks = new RateLimits(byNetwork, clock);
    this.#names = new RateLimits(byName, clock);
    this.#namesOfSuspects = new RateLimits(byNameOfSuspects, clock);
    this.#known = new KnownSignIns(clock);
    this.#wrong = new WrongSignIns(clock);
    this.#log = new SignInLog(clock, log);
  }

  /** What it counts, for Prometheus. */
  get metrics() {
    return [
      {
        type: 'counter',
        name: 'blinky_sign_ins_total',
        help: 'Sign-ins over MQTT and signed requests to the page',
        label: 'result',
        readEach: () => Object.entries(this.counts),
      },
    ] as const;
  }

  /** Resolves within seconds. A check takes as long for an unknown name as for a user. */
  async signIn(address: string, name: string, password: string): Promise<SignInResult> {
    const network = networkOf(address);
    const digest = this.#digest(name, password);
    const known = this.#find(network, name, digest);
    return new Promise((resolve) => {
      const attempt = { network, name, password, digest, resolve, cancelTimer: () => {} };
      if (known) this.#settle(attempt, known);
      else this.#enqueue(attempt);
    });
  }

  /** Ends all waiting: waiting clients must try again later. */
  stop(): void {
    for (const attempt of [...this.#waiting]) this.#delay(attempt, crowdedMs);
    this.#log.stop();
  }

  #enqueue(attempt: Attempt): void {
    const { network } = attempt;
    const waitMs = this.#networks.waitMs(network);
    if (waitMs > 0 && !this.#underWay.has(network)) {
      this.#delay(attempt, waitMs);
      return;
    }
    const displaced = this.#queues.add(network, attempt);
    if (displaced !== attempt) {
      this.#waiting.add(attempt);
      attempt.cancelTimer = this.#options.clock.schedule(longestWaitMs, () =>
        this.#delay(attempt, crowdedMs),
      );
    }
    if (displaced) this.#delay(displaced, crowdedMs);
    this.#work();
  }

  #work(): void {
    while (this.#checks.size === 0 || (this.#hasMemory && this.#checks.size < derivationsAtATime)) {
      const next =
        this.#queues.next((network) => this.#isReady(network) && !this.#isSuspect(network)) ??
        this.#queues.next((network) => this.#isReady(network));
      if (!next) return;
      this.#begin(next);
    }
  }

  /**
   * Starts a check, or joins the same check in progress. An attempt takes its token before it is
   * compared with others, because knowing which of them are equal is worth a guess.
   */
  #begin(attempt: Attempt): void {
    const { network, name, digest } = attempt;
    const known = this.#find(network, name, digest);
    if (known) {
      this.#settle(attempt, known);
      return;
    }
    const names = this.#isSuspect(network) ? this.#namesOfSuspects : this.#names;
    const shortName = name.slice(0, longestName);
    const waitMs = Math.max(this.#networks.waitMs(network), names.waitMs(shortName));
    if (waitMs > 0) {
      this.#delay(attempt, waitMs);
      return;
    }
    this.#networks.take(network);
    this.#waiting.delete(attempt);
    attempt.cancelTimer();
    this.#underWay.set(network, (this.#underWay.get(network) ?? 0) + 1);

    const key = digest.toString('base64');
    const same = this.#checks.get(key);
    if (same) {
      same.attempts.push(attempt);
      return;
    }
    names.take(shortName);
    this.#hasMemory = this.#options.residentBytes() <= tightBytes;
    this.#checks.set(key, { attempts: [attempt], giveBack: () => names.giveBack(shortName) });
    void this.#check(attempt, key);
  }

  async #check({ name, password, digest }: Attempt, key: string): Promise<void> {
    const user = await this.#options.users.authenticate(name, password);
    const check = this.#checks.get(key);
    this.#checks.delete(key);
    if (user) check?.giveBack();
    for (const attempt of check?.attempts ?? []) {
      const { network } = attempt;
      const others = (this.#underWay.get(network) ?? 0) - 1;
      if (others > 0) this.#underWay.set(network, others);
      else this.#underWay.delete(network);
      if (user) {
        this.#networks.giveBack(network);
        this.#known.remember(network, digest, user);
      } else this.#wrong.remember(network, digest);
      this.#settle(attempt, user ?? 'wrong');
    }
    this.#work();
  }

  /** What is already known about this network: this guesses nothing. */
  #find(network: string, name: string, digest: Buffer): User | 'wrong' | undefined {
    if (this.#wrong.has(network, digest)) return 'wrong';
    return this.#known.find(network, name, digest);
  }

  /** A network without tokens waits for those that come back when a password is right. */
  #isReady(network: string): boolean {
    return this.#networks.waitMs(network) === 0 || !this.#underWay.has(network);
  }

  /** Whether a network has recently sent a wrong password. */
  #isSuspect(network: string): boolean {
    return this.#networks.used(network) > (this.#underWay.get(network) ?? 0);
  }

  #delay(attempt: Attempt, tryAgainInMs: number): void {
    this.#queues.remove(attempt.network, attempt);
    this.#settle(attempt, { tryAgainInMs });
  }

  #settle(attempt: Attempt, result: SignInResult): void {
    const { network, name } = attempt;
    this.#waiting.delete(attempt);
    attempt.cancelTimer();
    if (result === 'wrong') {
      this.counts.wrong += 1;
      this.#log.wrong(network, name);
    } else if ('tryAgainInMs' in result) {
      this.counts.delayed += 1;
      this.#log.delayed(network);
    } else this.counts.right += 1;
    attempt.resolve(result);
  }

  #digest(name: string, password: string): Buffer {
    return createHmac('sha256', this.#digestKey)
      .update(JSON.stringify([name, password]))
      .digest();
  }
}
