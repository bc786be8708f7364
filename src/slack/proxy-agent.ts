import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { WebProxy } from './find-proxy.ts';

/** The library emits this on a request when the proxy has answered, with its status and headers. */
export const proxyAnswered = 'proxyConnect';

/**
 * Options a request passes to the agent in addition to Node's, which doesn't pass on its `signal`.
 */
export interface ProxyCallOptions {
  readonly callSignal?: AbortSignal;
}

type Endpoint = Parameters<HttpsProxyAgent<string>['connect']>[1];

/**
 * Reaches servers through a web proxy (CONNECT, RFC 9110, section 9.3.6). User and password are
 * sent as a header and not in the address, which the library would write to its debug log.
 */
export class ProxyAgent extends HttpsProxyAgent<string> {
  /** @param trust authorities trusted for a proxy that is reached by https:// */
  constructor({ url }: WebProxy, trust: SecureContext | undefined) {
    const address = new URL(url);
    address.username = '';
    address.password = '';
    super(address.href, { keepAlive: true, ...(trust && { secureContext: trust }) });
    this.proxyHeaders = signInHeader(url);
  }

  /** As in the library, except that aborting a call also closes its connection. */
  override async connect(request: ClientRequest, endpoint: Endpoint): Promise<Socket> {
    const { connectOpts } = this;
    const { callSignal } = endpoint as ProxyCallOptions;
    this.connectOpts = { ...connectOpts, ...(callSignal && { signal: callSignal }) };
    const connecting = super.connect(request, endpoint);
    this.connectOpts = connectOpts;
    return await connecting;
  }
}

function signInHeader({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A percent sign that encodes nothing is left as it is. */
const decoded = (text: string): string =>
  text.replace(/(?:%[\da-f]{2})+/gi, (encoded) =>
    Buffer.from(encoded.replaceAll('%', ''), 'hex').toString(),
  );
