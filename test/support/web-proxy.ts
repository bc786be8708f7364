import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createEncryptedServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

export interface WebProxyOptions {
  /** `user:password` that it wants (Basic). */
  readonly credentials?: string;
  /** The ways to sign in that it offers. */
  readonly offers?: readonly string[];
  /** Refuses every connection with this status. */
  readonly refuseWith?: number;
  /** Accepts and never answers. */
  readonly hangs?: boolean;
  /** Which local port answers for which server: `slack.com:443`. Others are reached as they are. */
  readonly servers?: Readonly<Record<string, number>>;
  /** Is itself reached by TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly host?: string;
}

/** A web proxy as companies have them: it passes TLS through, once it was asked to CONNECT. */
export class WebProxy {
  options: WebProxyOptions;
  /** Which servers it was asked for, in order. */
  readonly asked: string[] = [];
  readonly open = new Set<Duplex>();
  readonly #server;

  constructor(options: WebProxyOptions) {
    this.options = options;
    this.#server = options.tls ? createEncryptedServer(options.tls) : createServer();
    this.#server.on('connect', (request, client) => this.#connect(request, client));
    this.#server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    const { host = '127.0.0.1' } = this.options;
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    for (const socket of this.open) socket.destroy();
    await closed;
  }

  #connect(request: IncomingMessage, client: Duplex): void {
    const { credentials, hangs, offers = ['Basic realm="proxy"'], refuseWith } = this.options;
    const server = request.url ?? '';
    this.asked.push(server);
    client.on('error', () => client.destroy());
    if (hangs) {
      client.resume().on('end', () => client.destroy());
      return;
    }
    if (refuseWith !== undefined) {
      answer(client, `${refuseWith} No`);
      return;
    }
    const given = request.headers['proxy-authorization'];
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (wanted && given !== wanted) {
      const challenges = offers.map((offer) => `Proxy-Authenticate: ${offer}\r\n`);
      answer(client, '407 Proxy Authentication Required', challenges.join(''));
      return;
    }
    const { host, port } = this.#addressOf(server);
    const upstream = connect(port, host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => answer(client, '502 Bad Gateway'));
    client.on('close', () => upstream.destroy());
  }

  #addressOf(server: string): { host: string; port: number } {
    const mapped = this.options.servers?.[server];
    if (mapped !== undefined) return { host: '127.0.0.1', port: mapped };
    const { hostname, port } = new URL(`http://${server}`);
    return { host: hostname, port: Number(port) };
  }
}

function answer(client: Duplex, status: string, headers = ''): void {
  client.end(`HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Starts a web proxy on a free port; it ends with the test. */
export async function startWebProxy(
  context: TestContext,
  options: WebProxyOptions = {},
): Promise<WebProxy> {
  const proxy = new WebProxy(options);
  await proxy.listen();
  context.after(() => proxy.close());
  return proxy;
}
