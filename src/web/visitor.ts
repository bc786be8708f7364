import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../platform/addresses.ts';
import { type SignInCheck, signedInUser } from './basic-sign-in.ts';
import { isSameOrigin } from './host-check.ts';

/** Who may do what on the page: the broker's own rules, for it is the same data. */
export interface WebAccess {
  /** What those may do who have not signed in. */
  readonly anonymous: 'none' | 'subscribe' | 'publish';
  /** Who gets to see the names of users. */
  readonly personalData: 'anyone' | 'signedIn';
  /** Whether there is anybody who could sign in. */
  readonly hasUsers: boolean;
  readonly signIn: SignInCheck;
}

/** The sender of a request, and what they have access to. */
export interface Visitor {
  readonly userName: string | undefined;
  readonly mayLook: boolean;
  readonly maySeeNames: boolean;
  /** A test event changes lights and is posted to Slack, so it takes a user. */
  readonly mayTest: boolean;
}

/**
 * Returns a function that identifies who sent a request; it throws HttpProblem for a wrong sign-in.
 * @param isMachinesOwnName not so for the names of a reverse proxy
 */
export function createVisitorOf(
  access: WebAccess,
  isMachinesOwnName: (host: string | undefined) => boolean,
): (request: FastifyRequest) => Promise<Visitor> {
  return async (request) => {
    const { authorization } = request.headers;
    const address = plainAddress(request.socket.remoteAddress ?? 'unknown');
    // Without any user the name and password are for a reverse proxy, which has passed them on.
    const userName = access.hasUsers
      ? await signedInUser(access.signIn, authorization, address)
      : undefined;
    const signedIn = userName !== undefined;
    return {
      userName,
      mayLook: signedIn || access.anonymous !== 'none',
      maySeeNames: signedIn || access.personalData === 'anyone',
      mayTest:
        signedIn ||
        access.anonymous === 'publish' ||
        // Without users nobody could sign in, so requests from the machine itself are allowed.
        (!access.hasUsers &&
          authorization === undefined &&
          isMachinesOwnName(request.headers.host) &&
          isFromThisMachine(request)),
    };
  };
}

/** What proxies add; nobody else has a reason to. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Not so when a proxy on this machine passes on the requests of others, to a page that it serves. */
function isFromThisMachine({ headers, socket }: FastifyRequest): boolean {
  const isPassedOn =
    proxyHeaders.some((name) => headers[name] !== undefined) ||
    !isSameOrigin(headers.origin, headers.host);
  return !isPassedOn && /^127\.|^::1$/.test(plainAddress(socket.remoteAddress ?? ''));
}
