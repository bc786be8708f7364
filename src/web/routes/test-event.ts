import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RateLimit } from '../../access/rate-limit.ts';
import { type EventKind, eventKinds } from '../../events/kinds.ts';
import { isBug } from '../../platform/bug-log.ts';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/errors.ts';
import { mustSignIn } from '../basic-sign-in.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Visitor } from '../visitor.ts';

/** Enough to try every button; each test event is also posted to Slack. */
const testEvents = { burst: 5, everyMs: 2000 };

const testRequest = z.object({ kind: z.literal([...eventKinds]).default('connection-open') });

export interface TestEventOptions {
  /** Sends a datagram to the appliance's own UDP port; rejects with the reason if it can't. */
  readonly send: (kind: EventKind) => Promise<void>;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
  readonly clock: Clock;
}

/** `POST /api/test-event` with `{"kind": "connection-open"}` or another kind. */
export function testEventRoute(server: FastifyInstance, options: TestEventOptions): void {
  const limit = new RateLimit(testEvents, options.clock);

  server.post('/api/test-event', async (request, reply) => {
    const { mayTest } = await options.visitorOf(request);
    if (!mayTest) throw mustSignIn('Sign in to send a test event');
    const parsed = testRequest.safeParse(request.body ?? {});
    if (!parsed.success) {
      throw new HttpProblem(400, `kind must be one of ${eventKinds.join(', ')}`);
    }
    const waitMs = limit.take();
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new HttpProblem(429, `Too many test events; try again in ${seconds} s`, {
        'retry-after': String(seconds),
      });
    }
    try {
      await options.send(parsed.data.kind);
    } catch (error) {
      if (isBug(error)) throw error;
      const reason = messageOf(error);
      throw new HttpProblem(503, `Could not send the test event: ${reason}`);
    }
    reply.code(202);
    return { sent: parsed.data.kind };
  });
}
