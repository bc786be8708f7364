import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { plainAddress } from '../platform/addresses.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { ConnectionLimits } from './connection-limits.ts';
import { NetworkRates } from './network-rates.ts';
import { PacedReading } from './paced-reading.ts';
import { RequestPace } from './request-pace.ts';
import type { WebStatistics } from './web-statistics.ts';

export interface WebGateOptions {
  readonly statistics: WebStatistics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Stands before the web server: bounds connections and requests by network and in total, and what
 * they take of a turn of the event loop. It is cheap, so that who is refused costs little.
 */
export class WebGate {
  readonly #admission: NetworkRates;
  readonly #limits: ConnectionLimits;
  readonly #reading = new PacedReading();
  readonly #pace = new RequestPace();
  /** Connections that have been refused a request, and end. */
  readonly #ending = new WeakSet<Socket>();

  constructor(options: WebGateOptions) {
    this.#admission = new NetworkRates(options);
    this.#limits = new ConnectionLimits(this.#admission, options.statistics);
  }

  /** Takes its place before what the server does with connections and requests. */
  guard(server: Server): void {
    const connect = replaceListener<[Socket]>(server, 'connection', (socket) => {
      if (!this.#limits.admits(socket)) {
        socket.destroy();
        return;
      }
      connect(socket);
      this.#reading.take(socket);
    });
    const handle = replaceListener<[IncomingMessage, ServerResponse]>(
      server,
      'request',
      (request, response) => {
        if (!this.#admits(request, response)) return;
        this.#pace.run(() => {
          if (!request.socket.destroyed) handle(request, response);
        });
      },
    );
    server.once('close', () => this.#admission.stop());
  }

  /** Whether a request for a WebSocket is taken; it counts as any other. */
  admitsUpgrade({ socket }: IncomingMessage): boolean {
    return this.#admission.takeRequest(plainAddress(socket.remoteAddress ?? '')) === 0;
  }

  /** The bytes behind a request for a WebSocket, whose connection the web server reads no more. */
  takeHead({ socket }: IncomingMessage, head: Buffer): Buffer {
    return this.#reading.release(socket, head);
  }

  /** A connection is a WebSocket now, and counts among those of the broker. */
  release({ socket }: IncomingMessage): void {
    this.#limits.release(socket);
  }

  #admits(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    if (this.#ending.has(socket)) return false;
    this.#reading.began(request, response);
    response.once('close', this.#limits.busy(socket));
    const waitMs = this.#admission.takeRequest(plainAddress(socket.remoteAddress ?? ''));
    if (waitMs === 0) return true;
    this.#ending.add(socket);
    const seconds = Math.ceil(waitMs / 1000);
    response.writeHead(429, {
      connection: 'close',
      'content-type': 'application/json; charset=utf-8',
      'retry-after': String(seconds),
    });
    response.end(JSON.stringify({ error: `Too many requests; try again in ${seconds} s` }));
    return false;
  }
}

/** Puts `listener` in the place of the only one that `server` has for an event, and returns that. */
function replaceListener<Args extends unknown[]>(
  server: Server,
  event: 'connection' | 'request',
  listener: (...args: Args) => void,
): (...args: Args) => void {
  const [original] = server.listeners(event);
  if (!original) throw new Error(`the HTTP server has no listener for '${event}'`);
  server.removeAllListeners(event);
  server.on(event, listener as (...args: unknown[]) => void);
  return (...args) => Reflect.apply(original, server, args);
}
