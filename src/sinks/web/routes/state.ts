import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../clock.ts';
import type { PartStatus } from '../../../health/health.ts';
import { sharedAnswer } from '../shared-answer.ts';

export interface StateSources {
  /** The answer of `/api/status`. */
  readonly status: () => unknown;
  /** The parts that do not work; `/healthz` answers 503 while there are any. */
  readonly faults: () => readonly (PartStatus & { readonly part: string })[];
  /** The Prometheus text of `/metrics`, and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

/** How the appliance is doing: for the page, for Prometheus, for whoever watches it. No names. */
export function stateRoutes(server: FastifyInstance, sources: StateSources, clock: Clock): void {
  const status = sharedAnswer(clock, () => JSON.stringify(sources.status()));
  const metrics = sharedAnswer(clock, () => sources.metrics());
  server.get('/api/status', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return reply.type('application/json; charset=utf-8').send(status());
  });
  server.get('/healthz', async (_request, reply) => {
    const broken = sources.faults();
    reply.code(broken.length === 0 ? 200 : 503).header('cache-control', 'no-store');
    return {
      healthy: broken.length === 0,
      faults: broken.map(({ part, message, remedy, since }) => ({ part, message, remedy, since })),
    };
  });
  server.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await metrics();
    return reply.type(contentType).send(text);
  });
}
