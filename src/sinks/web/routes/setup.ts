import { networkInterfaces } from 'node:os';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isAddressOrName } from '../../../appender/address.ts';
import { appenderVariants, localLogConfig } from '../../../appender/local-log-config.ts';
import { HttpProblem } from '../http-problem.ts';
import { ownAddresses } from '../own-addresses.ts';
import type { FlatSender } from '../senders.ts';
import type { Visitor } from '../visitor.ts';

/** The last datagram that was no event. */
export interface RejectedDatagram {
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
  /** Who has sent something; the one heard of last comes first. */
  readonly senders: () => readonly FlatSender[];
  readonly lastRejected: () => RejectedDatagram | undefined;
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor>;
}

/** What a person needs who sets up a Sense server. */
export function setupRoutes(server: FastifyInstance, sources: SetupSources): void {
  server.get('/api/setup', async (request, reply) => {
    const { mayLook } = await sources.visitorOf(request);
    reply.header('cache-control', 'no-store');
    return {
      addresses: ownAddresses(networkInterfaces, request.socket.localAddress),
      port: sources.eventPort(),
      variants: appenderVariants,
      senders: mayLook ? sources.senders() : [],
      lastRejected: (mayLook && sources.lastRejected()) || null,
    };
  });

  server.get('/LocalLogConfig.xml', async (request, reply) => {
    const query = queryOf(request);
    const [byDefault] = ownAddresses(networkInterfaces, request.socket.localAddress);
    const address = query.get('address') ?? byDefault?.address ?? '127.0.0.1';
    if (!isAddressOrName(address)) {
      throw new HttpProblem(400, 'address must be an address or a host name, such as 10.0.0.5');
    }
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

const queryOf = (request: FastifyRequest): URLSearchParams =>
  new URL(request.url, 'http://localhost').searchParams;
