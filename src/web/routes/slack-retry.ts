import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { mustSignIn } from '../basic-sign-in.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Visitor } from '../visitor.ts';

/** Keeps within Slack's limits, and is enough for somebody who is fixing a problem. */
const tries = { burst: 3, everyMs: 10_000 };

export interface SlackRetryOptions {
  /** Tries again at once, and returns whether it was waiting after a failure; undefined while Slack is off. */
  readonly tryNow: (() => boolean) | undefined;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
  readonly clock: Clock;
}

/** `POST /api/slack/try-now`: tries again at once after a problem with Slack was fixed. */
export function slackRetryRoute(server: FastifyInstance, options: SlackRetryOptions): void {
  const limit = new RateLimit(tries, options.clock);

  server.post('/api/slack/try-now', async (request, reply) => {
    const { mayTest } = await options.visitorOf(request);
    if (!mayTest) throw mustSignIn('Sign in to try Slack again');
    if (!options.tryNow)
      throw new HttpProblem(
        409,
        'Slack is off; to turn it on, set Butler.slackConfig.enable to true',
      );
    const waitMs = limit.take();
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new HttpProblem(429, `Too many attempts; try again in ${seconds} s`, {
        'retry-after': String(seconds),
      });
    }
    reply.code(202);
    return { trying: options.tryNow() };
  });
}
