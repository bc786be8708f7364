import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { hasOneHost, isSameOrigin } from './host-check.ts';
import type { WebGate } from './web-gate.ts';

/** Takes over a connection that asked for a WebSocket (RFC 6455, section 4). */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hands WebSockets at `/mqtt` on, and ends them with the server. */
export function handleUpgrades(
  server: FastifyInstance,
  isOwnHost: (host: string | undefined) => boolean,
  onUpgrade: UpgradeHandler | undefined,
  gate: Pick<WebGate, 'admitsUpgrade' | 'takeHead' | 'release'>,
): void {
  const open = new Set<Duplex>();
  server.server.on('upgrade', (request, socket, firstBytes) => {
    const head = gate.takeHead(request, firstBytes);
    socket.on('error', () => socket.destroy());
    const { host, origin } = request.headers;
    const [path] = (request.url ?? '').split('?');
    if (!gate.admitsUpgrade(request)) return refuse(socket, '429 Too Many Requests');
    if (!hasOneHost(request)) return refuse(socket, '400 Bad Request');
    if (path !== '/mqtt' || !onUpgrade) return refuse(socket, '404 Not Found');
    if (!isOwnHost(host)) return refuse(socket, '421 Misdirected Request');
    if (!isSameOrigin(origin, host)) return refuse(socket, '403 Forbidden');
    gate.release(request);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    onUpgrade(request, socket, head);
  });
  // Node's server waits for these and has no means of its own to end them.
  server.addHook('preClose', async () => {
    for (const socket of open) socket.destroy();
  });
}

function refuse(socket: Duplex, status: string): void {
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  // No timer of Node's server looks after it any more, so it must not wait for the other side.
  socket.end(answer, () => socket.destroy());
}
