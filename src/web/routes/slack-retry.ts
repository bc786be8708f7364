import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { mustSignIn } from '../basic-sign-in.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Visitor } from '../visitor.ts';

/** Slack is not to be pressed: as many tries as a person makes who repairs something. */
const tries = { burst: 3, everyMs: 10_000 };

export interface SlackRetryOptions {
  /** Tries again at once; whether it was waiting after a failure. Undefined: Slack is off. */
  readonly tryNow: (() => boolean) | undefined;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
  readonly clock: Clock;
}

/** `POST /api/slack/try-now`: for somebody who has just repaired what Slack complained about. */
export function slackRetryRoute(server: FastifyInstance, options: SlackRetryOptions): void {
  const limit = new RateLimit(tries, options.clock);

  server.post('/api/slack/try-now', async (request, reply) => {
    const { mayTest } = await options.visitorOf(request);
    if (!mayTest) throw mustSignIn('Sign in to try Slack again');
    if (!options.tryNow) throw new HttpProblem(409, 'Slack is off (Butler.slackConfig.enable)');
    const waitMs = limit.take();
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new HttpProblem(429, `Too many tries; try again in ${seconds} s`, {
        'retry-after': String(seconds),
      });
    }
    reply.code(202);
    return { trying: options.tryNow() };
  });
}
