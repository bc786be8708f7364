import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { normalHost } from '../platform/origin.ts';

/**
 * Ends of names that no registry sells, so that nobody outside can point one at this machine:
 * RFC 6762 (.local), RFC 8375 (.home.arpa), ICANN's .internal, and what routers commonly use.
 */
const privateDomains = ['local', 'lan', 'home', 'home.arpa', 'internal', 'localdomain'] as const;

/** The name or address in a `Host` header or an origin, without its port and brackets. */
export function hostNameOf(host: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host.trim());
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
}

/**
 * Makes the test for the `Host` header of a request. A page elsewhere whose name is made to point
 * at this machine (DNS rebinding) sends its own name; addresses and our own names are harmless.
 * @param machineName as the operating system gives it
 * @param names other names under which the page may be reached
 */
export function createHostCheck(
  machineName: string,
  names: readonly string[],
): (host: string | undefined) => boolean {
  const [shortName = ''] = machineName.toLowerCase().split('.');
  const allowed = new Set(
    [
      'localhost',
      machineName,
      shortName,
      ...privateDomains.map((domain) => `${shortName}.${domain}`),
      ...names,
    ].map((name) => normalHost(name)),
  );
  return (host) => {
    const name = hostNameOf(host ?? '');
    return name !== '' && (isIP(name) !== 0 || allowed.has(name));
  };
}

/**
 * Whether a request comes from our own page, or from no page at all: browsers put `Origin` on
 * every `POST` and every WebSocket (Fetch standard, section 3.2; RFC 6455, section 10.2).
 */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}

/**
 * Whether a request leaves no doubt about the host it is for. Of several `Host` headers Node takes the
 * first, a proxy in between perhaps another one (RFC 9112, section 3.2); and a target that names a host
 * overrides the header (section 3.2.2).
 */
export function hasOneHost({
  rawHeaders,
  headers,
  url = '',
}: Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'url'>): boolean {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'host').length > 1) return false;
  if (url.startsWith('/') || url === '*') return true;
  return URL.canParse(url) && isSameOrigin(url, headers.host);
}
