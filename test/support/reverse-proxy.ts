import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface ReverseProxyOptions {
  readonly upstreamPort: number | undefined;
  /** The path below which it serves the other server, e.g. `/blinky`; it passes on what follows. */
  readonly path?: string;
  /** The `Host` that it passes on; by default the upstream's, as nginx does. */
  readonly hostFor?: (asked: string | undefined) => string | undefined;
  /** More headers that it adds. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A small reverse proxy on a free port of the loopback, with WebSockets. */
export async function startReverseProxy(
  context: TestContext,
  { upstreamPort, path = '', hostFor, headers = {} }: ReverseProxyOptions,
): Promise<{ readonly port: number }> {
  const upstreamHost = `127.0.0.1:${upstreamPort}`;
  const passOn = (asked: IncomingMessage) =>
    request({
      host: '127.0.0.1',
      port: upstreamPort,
      method: asked.method ?? 'GET',
      path: (asked.url ?? '').slice(path.length) || '/',
      headers: {
        ...asked.headers,
        ...headers,
        host: hostFor ? hostFor(asked.headers.host) : upstreamHost,
      },
      agent: false,
    });

  const server = createServer((asked, answer) => {
    if (!asked.url?.startsWith(`${path}/`)) {
      answer.writeHead(404).end('not below the path');
      return;
    }
    const passed = passOn(asked);
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.on('upgrade', (asked, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!asked.url?.startsWith(`${path}/`)) {
      socket.destroy();
      return;
    }
    const passed = passOn(asked);
    passed.on('error', () => socket.destroy());
    passed.on('response', (response) => {
      socket.write(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n`);
      socket.write(`content-length: ${response.headers['content-length'] ?? 0}\r\n\r\n`);
      response.pipe(socket);
    });
    passed.on('upgrade', (response, upstream, firstBytes) => {
      const lines = Object.entries(response.headers).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      socket.write(firstBytes);
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    passed.end();
  });
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port };
}
