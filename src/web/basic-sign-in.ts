import type { SignInResult } from '../access/sign-ins.ts';
import { HttpProblem } from './http-problem.ts';

/**
 * An unknown scheme, so that browsers don't show their own prompt, store the password and send it
 * with requests that other pages cause.
 */
const challenge = { 'www-authenticate': 'FormBased realm="Blinky Light"' };

/** Checks a name and password sent from an address. */
export type SignInCheck = (
  address: string,
  name: string,
  password: string,
) => Promise<SignInResult>;

/**
 * The name of the user who signed the request, by `Authorization: Basic` (RFC 7617); undefined when
 * no credentials were sent. The page's script sends that header with each request and keeps the
 * password only while the tab is open: no cookie that another site could misuse, nothing to store
 * here, and `curl --user` works the same way.
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
    throw new HttpProblem(401, 'Wrong name or password', challenge);
  }
  if (!('tryAgainInMs' in result)) return result.name;
  const seconds = Math.max(1, Math.ceil(result.tryAgainInMs / 1000));
  throw new HttpProblem(429, `Too many sign-in attempts; try again in ${seconds} s`, {
    'retry-after': String(seconds),
  });
}

/** The problem of a request that requires sign-in. */
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
