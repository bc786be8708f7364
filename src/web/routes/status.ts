import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PartStatus } from '../../health/health.ts';
import type { Clock } from '../../platform/clock.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Sender } from '../senders.ts';
import { sharedAnswer } from '../shared-answer.ts';
import type { Visitor } from '../visitor.ts';

export interface StateSources {
  /** The answer of `/api/status`. */
  readonly status: () => object;
  /** The parts that don't work; `/healthz` returns 503 while there are any. */
  readonly faults: () => readonly (PartStatus & { readonly part: string })[];
  /** The Prometheus text of `/metrics`, and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

export interface SenderSources {
  /** Who has sent datagrams, most recent first. */
  readonly senders: () => readonly Sender[];
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
}

/**
 * The appliance's state, for the page, Prometheus and other monitoring. It has no names of users;
 * senders' addresses are only for visitors who may see events.
 */
export function stateRoutes(
  server: FastifyInstance,
  sources: StateSources,
  { senders, visitorOf }: SenderSources,
  clock: Clock,
): void {
  const status = sharedAnswer(clock, () => JSON.stringify(sources.status()));
  const statusWithSenders = sharedAnswer(clock, () =>
    JSON.stringify({ ...sources.status(), senders: senders() }),
  );
  const metrics = sharedAnswer(clock, () => sources.metrics());
  server.get('/api/status', async (request, reply) => {
    const answer = (await mayLook(request, visitorOf)) ? statusWithSenders() : status();
    reply.header('cache-control', 'no-store');
    return reply.type('application/json; charset=utf-8').send(answer);
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

/** The rest of the state is public, even with a wrong name or password. */
async function mayLook(
  request: FastifyRequest,
  visitorOf: SenderSources['visitorOf'],
): Promise<boolean> {
  try {
    return (await visitorOf(request)).mayLook;
  } catch (error) {
    if (error instanceof HttpProblem) return false;
    throw error;
  }
}
