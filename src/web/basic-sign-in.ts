import type { SignInResult } from '../access/sign-ins.ts';
import { HttpProblem } from './http-problem.ts';

/**
 * No browser knows this scheme, so none shows a prompt of its own, keeps the password and sends it
 * along with requests that other pages cause.
 */
const challenge = { 'www-authenticate': 'FormBased realm="Blinky Light"' };

/** Checks the name and password that came from an address. */
export type SignInCheck = (
  address: string,
  name: string,
  password: string,
) => Promise<SignInResult>;

/**
 * The name of the user who signed the request, by `Authorization: Basic` (RFC 7617); undefined when
 * nobody tried to. The page's script sends that header with each request and forgets the password
 * with the tab: nothing to forge across sites as with a cookie, nothing to store here, and
 * `curl --user` works the same way.
 * @throws HttpProblem 401 for a wrong name or password, 429 after too many of them
 */
export async function signedInUser(
  signIn: SignInCheck,
  authorization: string | undefined,
  address: string,
): Promise<string | undefined> {
  if (authorization === undefined) return undefined;
  const credentials = readBasic(authorization);
  const result = credentials
    ? await signIn(address, credentials.name, credentials.password)
    : 'wrong';
  if (result === 'wrong') {
    throw new HttpProblem(401, 'This name and password do not belong to a user', challenge);
  }
  if (!('tryAgainInMs' in result)) return result.name;
  const seconds = Math.max(1, Math.ceil(result.tryAgainInMs / 1000));
  throw new HttpProblem(429, `Too many sign-ins; try again in ${seconds} s`, {
    'retry-after': String(seconds),
  });
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
