import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressProblem } from '../../appender/address.ts';
import { addressNotes } from '../../appender/address-notes.ts';
import { likelyAddress } from '../../appender/likely-address.ts';
import { appenderVariants, localLogConfig } from '../../appender/local-log-config.ts';
import { type OwnAddress, ownAddresses } from '../../platform/addresses.ts';
import { HttpProblem } from '../http-problem.ts';
import { offeredAddresses } from '../offered-addresses.ts';
import type { FlatSender } from '../senders.ts';
import type { Visitor } from '../visitor.ts';

/** The last datagram that was not a valid event. */
export interface ShownRejection {
  readonly sender: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  /** What is wrong with it, in words. */
  readonly explanation: string;
}

export interface SetupSources {
  /** The UDP port for Sense events: the one that is open, else the one configured. */
  readonly eventPort: () => number;
  /** The address it listens on, or is set to; `0.0.0.0` and `::` mean all. */
  readonly eventAddress: () => string;
  /** Who has sent datagrams, most recent first. */
  readonly senders: () => readonly FlatSender[];
  readonly lastRejected: () => ShownRejection | undefined;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
}

/** What the setup page needs. */
export function setupRoutes(server: FastifyInstance, sources: SetupSources): void {
  const addressesFor = ({ socket }: FastifyRequest) =>
    offeredAddresses(ownAddresses(socket.localAddress), sources.eventAddress());

  server.get('/api/setup', async (request, reply) => {
    const { mayLook } = await sources.visitorOf(request);
    reply.header('cache-control', 'no-store');
    return {
      addresses: addressesFor(request),
      port: sources.eventPort(),
      variants: appenderVariants,
      senders: mayLook ? sources.senders() : [],
      lastRejected: (mayLook && sources.lastRejected()) || null,
    };
  });

  server.get('/api/appender-address', async (request, reply) => {
    const address = queryOf(request).get('address') ?? '';
    const offered = addressesFor(request);
    const problem = problemWith(address, offered);
    const own = ownAddresses(request.socket.localAddress).map((one) => one.address);
    reply.header('cache-control', 'no-store');
    return {
      problem: problem ?? null,
      notes:
        problem === undefined
          ? addressNotes(address, { own, listensOn: sources.eventAddress() })
          : [],
    };
  });

  server.get('/LocalLogConfig.xml', async (request, reply) => {
    const query = queryOf(request);
    const offered = addressesFor(request);
    const address = query.get('address') ?? offered[0]?.address ?? '127.0.0.1';
    const problem = query.has('address') ? problemWith(address, offered) : undefined;
    if (problem !== undefined) throw new HttpProblem(400, problem);
    const wanted = query.get('variant') ?? 'butler';
    const variant = appenderVariants.find((one) => one === wanted);
    if (!variant) {
      throw new HttpProblem(400, `variant must be one of ${appenderVariants.join(', ')}`);
    }
    reply.headers({
      'content-disposition': 'attachment; filename="LocalLogConfig.xml"',
      'cache-control': 'no-store',
    });
    const xml = localLogConfig({ address, port: sources.eventPort(), variant });
    return reply.type('application/xml; charset=utf-8').send(xml);
  });
}

/** Why an address can't be used in the file, and what to use instead; undefined if it can. */
function problemWith(address: string, offered: readonly OwnAddress[]): string | undefined {
  // An address that only this machine can reach is right if events come from nowhere else.
  if (offered.some((one) => one.address === address)) return undefined;
  const problem = addressProblem(address);
  if (!problem) return undefined;
  const port = problem.hasPort ? ' The port is added for you.' : '';
  const likely = likelyAddress(address);
  return likely
    ? `${problem.message}. Use ${likely.address}.${port}`
    : `${problem.message}. Use an address such as 10.0.0.5, or a host name.${port}`;
}

const queryOf = (request: FastifyRequest): URLSearchParams =>
  new URL(request.url, 'http://localhost').searchParams;
