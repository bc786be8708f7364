import type { FastifyInstance } from 'fastify';
import { plainAddress } from '../platform/addresses.ts';
import type { BugLog } from '../platform/bug-log.ts';
import type { ForeignOrigins } from './foreign-origins.ts';
import { hasOneHost } from './host-check.ts';
import { HttpProblem } from './http-problem.ts';
import type { OriginCheck } from './origin-check.ts';

/** Everything comes from this machine, nothing is inline, nobody puts the page into a frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Which hosts and pages a request may come by. */
export interface RequestChecks {
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly origins: OriginCheck;
  readonly foreign: ForeignOrigins;
}

/** Refuses requests that other sites cause, and sets strict security headers for our own pages. */
export function guard(
  server: FastifyInstance,
  { isOwnHost, origins, foreign }: RequestChecks,
  bugs: BugLog,
): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const { host, origin } = request.headers;
    if (!hasOneHost(request.raw))
      throw new HttpProblem(400, 'Bad request: send exactly one Host header');
    if (!isOwnHost(host)) throw unknownHost(host);
    if (!safeMethods.has(request.method) && !origins.isOwnPage(origin, host)) {
      const address = plainAddress(request.socket.remoteAddress ?? 'unknown');
      throw new HttpProblem(403, capitalised(foreign.refuse('request', origin, address)));
    }
  });
  server.setErrorHandler(async (error, request, reply) => {
    const isKnown = error instanceof HttpProblem;
    const status = isKnown ? error.statusCode : statusOf(error);
    if (isKnown) reply.headers(error.headers);
    else if (status >= 500) bugs.report(`${request.method} ${pathOf(request.url)}`, error);
    reply.code(status);
    // What went wrong inside is for the log; nobody on the network can do anything about it.
    return {
      error:
        status < 500 || isKnown ? messageOf(error) : "Internal error. See Blinky's log for details",
    };
  });
  server.setNotFoundHandler(async (_request, reply) => {
    reply.code(404);
    return { error: 'Page not found' };
  });
}

/** The problem of a host name that is not this machine's. */
export function unknownHost(host: string | undefined): HttpProblem {
  const name = (host ?? '').replace(/[^\w.:[\]-]/g, '').slice(0, 100);
  return new HttpProblem(
    421,
    `Unknown host name "${name}". Use the IP address, or add the name to Butler.webConfig.hostNames`,
  );
}

/** Its query may hold names, and is left out. */
const pathOf = (url: string): string => (url.split(/[?#]/)[0] ?? '').slice(0, 200);

const statusOf = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
