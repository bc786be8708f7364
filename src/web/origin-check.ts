import { everyOrigin, normalHost, normalOrigin, parseOrigin } from '../platform/origin.ts';
import { isSameOrigin } from './host-check.ts';

export interface OriginSettings {
  /** Other names of the appliance, e.g. those of a reverse proxy. */
  readonly hostNames: readonly string[];
  /** Pages of others that may use MQTT over WebSocket. */
  readonly allowedOrigins: readonly string[];
}

type Test = (origin: string | undefined, host: string | undefined) => boolean;

/** What a page may do, by its `Origin` and the `Host` it asked for. */
export interface OriginCheck {
  /**
   * Whether a request comes from our own page, or from no page at all. Behind a reverse proxy the
   * page's origin is the proxy's, and the host may be any name that the proxy has for us: then the
   * origin counts whose host is one of our names. No page elsewhere has such an origin.
   */
  readonly isOwnPage: Test;
  /** Whether it may use MQTT: our own page, and those that are allowed to. */
  readonly mayUseMqtt: Test;
}

/** Makes the tests for the origin of a request. */
export function createOriginCheck({ hostNames, allowedOrigins }: OriginSettings): OriginCheck {
  const names = hostNames.map(parseHostName);
  const allowed = new Set(allowedOrigins.map((origin) => normalOrigin(origin) ?? origin.trim()));
  const isNamed = (text: string): boolean => {
    const origin = parseOrigin(text);
    if (!origin || !/^https?$/.test(origin.scheme)) return false;
    return names.some(
      ({ name, port }) => name === origin.host && (port === undefined || port === origin.port),
    );
  };
  const isOwnPage: Test = (origin, host) =>
    isSameOrigin(origin, host) || (origin !== undefined && isNamed(origin));
  return {
    isOwnPage,
    mayUseMqtt: (origin, host) =>
      isOwnPage(origin, host) ||
      allowed.has(everyOrigin) ||
      (origin !== undefined && allowed.has(normalOrigin(origin) ?? '')),
  };
}

interface HostName {
  readonly name: string;
  /** Where it is written, the only one; without it, any. */
  readonly port: string | undefined;
}

/** One of `hostNames`: a name, alone or as people copy it from a browser, with scheme, port and path. */
export function parseHostName(text: string): HostName {
  const match =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?(\[[^\]]*\]|[\da-f]*:[\da-f:.]*:[\da-f:.]*|[^/:]*)(?::(\d{1,5}))?(?:\/.*)?$/i.exec(
      text.trim(),
    );
  if (!match) return { name: text.trim().toLowerCase(), port: undefined };
  const [, scheme, host = '', port] = match;
  const name = normalHost(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
  return { name, port: port ?? (scheme && parseOrigin(`${scheme}://${host}`)?.port) };
}
