import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Visitor, WebAccess } from '../visitor.ts';

/** Reports what the visitor may do; the page checks a sign-in with it. */
export function visitorRoutes(
  server: FastifyInstance,
  access: Pick<WebAccess, 'hasUsers'>,
  visitorOf: (request: FastifyRequest) => Promise<Visitor>,
): void {
  server.get('/api/visitor', async (request, reply) => {
    const visitor = await visitorOf(request);
    reply.header('cache-control', 'no-store');
    return { ...visitor, hasUsers: access.hasUsers };
  });
}
