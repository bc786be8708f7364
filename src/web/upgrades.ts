import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { plainAddress } from '../platform/addresses.ts';
import { type RequestChecks, unknownHost } from './guard.ts';
import { hasOneHost } from './host-check.ts';
import type { WebGate } from './web-gate.ts';

/** Takes over a connection that asked for a WebSocket (RFC 6455, section 4). */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const mqttPath = '/mqtt';

/** Why no WebSocket is opened. */
interface Refusal {
  readonly statusCode: number;
  readonly message: string;
}

const tooMany: Refusal = { statusCode: 429, message: 'Too many requests; try again in a moment' };
const severalHosts: Refusal = {
  statusCode: 400,
  message: 'Bad request: send exactly one Host header',
};
const nothingHere: Refusal = {
  statusCode: 404,
  message: `Page not found; MQTT over WebSocket is at ${mqttPath}`,
};

/** Hands WebSockets at `/mqtt` on, and ends them with the server. */
export function handleUpgrades(
  server: FastifyInstance,
  checks: RequestChecks,
  onUpgrade: UpgradeHandler | undefined,
  gate: Pick<WebGate, 'admitsUpgrade' | 'takeHead' | 'release'>,
): void {
  const open = new Set<Duplex>();
  server.server.on('upgrade', (request, socket, firstBytes) => {
    const head = gate.takeHead(request, firstBytes);
    socket.on('error', () => socket.destroy());
    const refusal = gate.admitsUpgrade(request)
      ? refusalOf(request, checks, onUpgrade !== undefined)
      : tooMany;
    if (refusal || !onUpgrade) return refuse(socket, refusal ?? nothingHere);
    gate.release(request);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    onUpgrade(request, socket, head);
  });
  // Node's server waits for these and can't close them itself.
  server.addHook('preClose', async () => {
    for (const socket of open) socket.destroy();
  });
  // A page asks this to learn why it gets no WebSocket: the guard has refused it by now, or not.
  server.post('/api/connection-check', async (_request, reply) => reply.code(204).send());
  server.get(mqttPath, async (_request, reply) => {
    reply.code(426).headers({ upgrade: 'websocket', connection: 'upgrade' });
    return {
      error:
        'This address accepts MQTT over WebSocket only. Fix: set the reverse proxy to forward the Upgrade and Connection headers',
    };
  });
}

function refusalOf(
  request: IncomingMessage,
  { isOwnHost, origins, foreign }: RequestChecks,
  takesMqtt: boolean,
): Refusal | undefined {
  const { host, origin } = request.headers;
  const [path] = (request.url ?? '').split('?');
  if (!hasOneHost(request)) return severalHosts;
  if (path !== mqttPath || !takesMqtt) return nothingHere;
  if (!isOwnHost(host)) return unknownHost(host);
  if (origins.mayUseMqtt(origin, host)) return undefined;
  const address = plainAddress(request.socket.remoteAddress ?? 'unknown');
  return { statusCode: 403, message: foreign.refuse('mqtt', origin, address) };
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
};

/** Answers with one line that says why. */
function refuse(socket: Duplex, { statusCode, message }: Refusal): void {
  const body = Buffer.from(`${message.charAt(0).toUpperCase()}${message.slice(1)}\n`);
  const head = [
    `HTTP/1.1 ${statusCode} ${reasonPhrases[statusCode] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
  ];
  // No timer of Node's server looks after it any more, so it must not wait for the other side.
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), () =>
    socket.destroy(),
  );
}
