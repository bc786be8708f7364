import type { FastifyRequest } from 'fastify';
import { type SignInCheck, signedInUser } from './sign-in.ts';

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

/** Whoever sent a request, and what is open to them. */
export interface Visitor {
  readonly userName: string | undefined;
  readonly mayLook: boolean;
  readonly maySeeNames: boolean;
  /** A test event changes lights and is posted to Slack, so it takes a user. */
  readonly mayTest: boolean;
}

/** Makes the function that tells who sent a request; it throws HttpProblem for a wrong sign-in. */
export function createVisitorOf(access: WebAccess): (request: FastifyRequest) => Promise<Visitor> {
  return async (request) => {
    const { authorization } = request.headers;
    const address = request.socket.remoteAddress ?? 'unknown';
    const userName = await signedInUser(access.signIn, authorization, address);
    const signedIn = userName !== undefined;
    return {
      userName,
      mayLook: signedIn || access.anonymous !== 'none',
      maySeeNames: signedIn || access.personalData === 'anyone',
      mayTest:
        signedIn ||
        access.anonymous === 'publish' ||
        // Without any user there would be no way at all; whoever sits at the machine may.
        (!access.hasUsers && isFromThisMachine(request)),
    };
  };
}

/** Not so when a proxy on this machine passes on the requests of others. */
function isFromThisMachine({ headers, socket }: FastifyRequest): boolean {
  const isPassedOn = headers['forwarded'] !== undefined || headers['x-forwarded-for'] !== undefined;
  return !isPassedOn && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
