import type { FastifyInstance, FastifyRequest } from 'fastify';
import { withoutPersonalData } from '../../events/personal-data.ts';
import type { UserEvent } from '../../events/user-event.ts';
import type { Clock } from '../../platform/clock.ts';
import { mustSignIn } from '../basic-sign-in.ts';
import type { DayOfEvents } from '../history.ts';
import { sharedAnswer } from '../shared-answer.ts';
import type { Visitor } from '../visitor.ts';

export interface EventSources {
  /** The last events, newest first. */
  readonly recent: () => readonly UserEvent[];
  /** The id of the last event; undefined before the first. */
  readonly newestId: () => string | undefined;
  readonly lastDay: () => DayOfEvents;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
}

/** How many of the last counted events are listed by id, so that clients that also get them by MQTT don't count them twice. */
const namedEvents = 250;

/** The response of `/api/history`. */
export interface CountedEvents extends DayOfEvents {
  /** The ids of the events counted last, oldest first. */
  readonly latest: readonly string[];
}

/** Serves the last events, and how many there were in each minute of the last day. */
export function eventRoutes(server: FastifyInstance, sources: EventSources, clock: Clock): void {
  const shared = (make: () => unknown) =>
    sharedAnswer(
      clock,
      () => JSON.stringify(make()),
      () => sources.newestId(),
    );
  const events = shared(() => ({ events: sources.recent() }));
  const eventsWithoutNames = shared(() => ({ events: sources.recent().map(withoutPersonalData) }));
  const history = shared((): CountedEvents => {
    const latest = sources.recent().slice(0, namedEvents);
    return { ...sources.lastDay(), latest: latest.map(({ id }) => id).reverse() };
  });

  server.get('/api/events', async (request, reply) => {
    const { mayLook, maySeeNames } = await sources.visitorOf(request);
    if (!mayLook) throw mustSignIn('Sign in to see the events');
    reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
    return reply.send(maySeeNames ? events() : eventsWithoutNames());
  });
  server.get('/api/history', async (_request, reply) => {
    reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
    return reply.send(history());
  });
}
