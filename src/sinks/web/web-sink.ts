import { readFileSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../../clock.ts';
import type { UserEvent } from '../../events/user-event.ts';
import type { Sink } from '../../fan-out/sink.ts';
import type { PartHealth, PartStatus } from '../../health/health.ts';
import { listenFault } from '../../health/listen-fault.ts';
import type { Log } from '../../log.ts';
import type { RetryPauses } from '../../retry-pauses.ts';
import { RecentEvents } from './recent.ts';

/** `/api/events` and the page show this many. */
const recentEvents = 500;

export interface WebSinkOptions {
  readonly host: string;
  /** 0 takes any free port; `port` tells which. */
  readonly port: number;
  /** The answer of `/api/status`. */
  readonly status: () => unknown;
  /** The parts that do not work; `/healthz` answers 503 while there are any. */
  readonly faults: () => readonly (PartStatus & { readonly part: string })[];
  /** The Prometheus text of `/metrics`, and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Serves the page and what programs ask for over HTTP. */
export class WebSink implements Sink {
  readonly name = 'web';
  readonly #options: WebSinkOptions;
  readonly #recent = new RecentEvents(recentEvents);
  #server: FastifyInstance | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: WebSinkOptions) {
    this.#options = options;
  }

  /** The TCP port it listens on; undefined while it does not. */
  get port(): number | undefined {
    const [address] = this.#server?.addresses() ?? [];
    return typeof address === 'object' ? address.port : undefined;
  }

  /** Resolves when it listens, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    const { host, port, health, log, retry, clock } = this.#options;
    const server = this.#createServer();
    try {
      await server.listen({ host, port });
    } catch (error) {
      await server.close();
      if (this.#stopped) return;
      health.fault(
        listenFault(error, {
          protocol: 'TCP',
          host,
          port,
          purpose: 'the page',
          hostKey: 'Butler.webConfig.host',
          portKey: 'Butler.webConfig.port',
        }),
      );
      this.#cancelRetry = clock.schedule(retry.next(), () => void this.start());
      return;
    }
    this.#server = server;
    retry.reset();
    log.info(`page on http://${host}:${this.port}/`);
    health.ok(`listening on TCP port ${this.port}`);
  }

  accept(event: UserEvent): void {
    this.#recent.add(event);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    await this.#server?.close();
  }

  #createServer(): FastifyInstance {
    const { status, faults, metrics } = this.#options;
    const server = Fastify({
      bodyLimit: 64 * 1024,
      requestTimeout: 10_000,
      forceCloseConnections: true,
    });
    const page = readFileSync(new URL('./page/index.html', import.meta.url), 'utf8');
    server.addHook('onSend', async (_request, reply) => {
      reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'",
      );
      reply.header('x-content-type-options', 'nosniff');
      reply.header('referrer-policy', 'no-referrer');
    });
    server.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
    server.get('/healthz', async (_request, reply) => {
      const broken = faults();
      reply.code(broken.length === 0 ? 200 : 503);
      return {
        healthy: broken.length === 0,
        faults: broken.map(({ part, message, remedy, since }) => ({
          part,
          message,
          remedy,
          since,
        })),
      };
    });
    server.get('/api/status', async () => status());
    server.get('/api/events', async () => ({ events: this.#recent.newestFirst() }));
    server.get('/metrics', async (_request, reply) => {
      const { text, contentType } = await metrics();
      return reply.type(contentType).send(text);
    });
    return server;
  }
}
