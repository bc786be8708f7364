import type { FastifyInstance } from 'fastify';

/** The certificate of the broker's own CA, for clients that are to trust it; there may be none. */
export function authorityRoute(server: FastifyInstance, authority: () => string | undefined): void {
  server.get('/ca.crt', async (_request, reply) => {
    const cert = authority();
    if (cert === undefined) {
      reply.code(404);
      return {
        error: 'This Blinky has no CA certificate (see Butler.brokerConfig.tls)',
      };
    }
    reply.headers({
      'cache-control': 'no-cache',
      'content-disposition': 'attachment; filename="blinky-ca.crt"',
    });
    return reply.type('application/x-x509-ca-cert').send(cert);
  });
}
