import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Help, loadHelp } from '../help/load-help.ts';
import { HttpProblem } from '../http-problem.ts';
import { sendAsset } from './files.ts';

/** The manual. It is read at the first request, so that the start does not wait for it. */
export function helpRoutes(server: FastifyInstance): void {
  let help: Promise<Help> | undefined;
  const send = async (path: string, request: FastifyRequest, reply: FastifyReply) => {
    help ??= loadHelp();
    const load = (await help).get(path);
    if (!load) {
      throw new HttpProblem(404, 'The manual has no such page. See its contents at /help');
    }
    return sendAsset(await load(), request, reply);
  };
  server.get('/help', (request, reply) => send('/help', request, reply));
  server.get<{ Params: { page: string } }>('/help/:page', (request, reply) =>
    send(`/help/${request.params.page}`, request, reply),
  );
  // Addresses in the pages are relative: the contents belong one level up.
  server.get('/help/', (_request, reply) => reply.redirect('../help', 308));
}
