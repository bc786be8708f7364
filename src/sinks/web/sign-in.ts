import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { HttpProblem } from './http-problem.ts';

/** After so many wrong sign-ins, an address must wait. */
const mostFailures = 5;
const lockedForMs = 30_000;
/** Addresses remembered; more can only be an attack, and then the oldest go. */
const mostAddresses = 1000;
/** A password takes a tenth of a second to check, and a page asks every few seconds. */
const rememberedForMs = 10 * 60_000;
const mostRemembered = 100;

/**
 * No browser knows this scheme, so none shows a prompt of its own, keeps the password and sends it
 * along with requests that other pages cause.
 */
const challenge = { 'www-authenticate': 'FormBased realm="Blinky Light"' };

export interface SignInOptions {
  /** Whether this is a user's password. */
  readonly authenticate: (name: string, password: string) => boolean | Promise<boolean>;
  readonly clock: Clock;
}

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
}

/**
 * Checks who is asking, by `Authorization: Basic` (RFC 7617). The page's script sends that header
 * with each request and forgets the password with the tab: nothing to forge across sites as with
 * a cookie, nothing to store here, and `curl --user` works the same way.
 */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #failures = new Map<string, Failures>();
  /** Sign-ins that were right a while ago, by a digest that is of no use to anybody else. */
  readonly #remembered = new Map<string, { readonly userName: string; readonly atMs: number }>();
  readonly #digestKey = randomBytes(32);

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /**
   * The name of the user who signed the request; undefined when nobody tried to.
   * @throws HttpProblem 401 for a wrong name or password, 429 after too many of them
   */
  async userOf(authorization: string | undefined, address: string): Promise<string | undefined> {
    if (authorization === undefined) return undefined;
    const digest = createHmac('sha256', this.#digestKey).update(authorization).digest('base64');
    const remembered = this.#remembered.get(digest);
    const nowMs = this.#options.clock.monotonicMs();
    if (remembered && nowMs - remembered.atMs < rememberedForMs) return remembered.userName;

    this.#refuseWhileLocked(address);
    const credentials = readBasic(authorization);
    if (credentials && (await this.#options.authenticate(credentials.name, credentials.password))) {
      this.#failures.delete(address);
      putLast(
        this.#remembered,
        digest,
        { userName: credentials.name, atMs: nowMs },
        mostRemembered,
      );
      return credentials.name;
    }
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    putLast(this.#failures, address, { count, lastAtMs: nowMs }, mostAddresses);
    throw new HttpProblem(401, 'This name and password do not belong to a user', challenge);
  }

  #refuseWhileLocked(address: string): void {
    const failures = this.#failures.get(address);
    if (!failures) return;
    const waitMs = failures.lastAtMs + lockedForMs - this.#options.clock.monotonicMs();
    if (waitMs <= 0) {
      this.#failures.delete(address);
      return;
    }
    if (failures.count < mostFailures) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new HttpProblem(429, `Too many wrong sign-ins; try again in ${seconds} s`, {
      'retry-after': String(seconds),
    });
  }
}

/** Puts an entry behind all others; past `most`, the first goes. */
function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [first] = map.keys();
  if (map.size > most && first !== undefined) map.delete(first);
}

/** A request that needs a user, and has none. */
export function mustSignIn(message: string): HttpProblem {
  return new HttpProblem(401, message, challenge);
}

function readBasic(authorization: string): { name: string; password: string } | undefined {
  const encoded = /^basic +([a-z0-9+/]+={0,2})$/i.exec(authorization.trim())?.[1];
  if (encoded === undefined || encoded.length > 1024) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
