/** Means every origin, in the settings. */
export const everyOrigin = '*';

/** Ports that an origin leaves out (RFC 6454, section 6.2). */
const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** `scheme://host[:port]`, followed by nothing but an optional slash. */
const originPattern =
  /^([a-z][a-z\d+.-]*):\/\/((?:[^\s/?#@:[\]\\*]+|\[[\da-f:.]+\])?)(?::(\d{1,5}))?\/?$/i;

/** The parts of an origin, as browsers write them. */
export interface Origin {
  readonly scheme: string;
  /** The host without brackets. */
  readonly host: string;
  /** As written, or the default port of http and https; empty if there is none. */
  readonly port: string;
}

/**
 * Parses an `Origin` header or setting; undefined if it isn't one, such as `null` or a page's URL.
 */
export function parseOrigin(text: string): Origin | undefined {
  const match = originPattern.exec(text.trim());
  if (!match) return undefined;
  const scheme = (match[1] ?? '').toLowerCase();
  const written = match[2] ?? '';
  if (written === '' && scheme !== 'file') return undefined;
  return { scheme, host: normalHost(written), port: match[3] ?? usualPorts[scheme] ?? '' };
}

/** The normal form of an origin. */
export function normalOrigin(text: string): string | undefined {
  const origin = parseOrigin(text);
  if (!origin) return undefined;
  const { scheme, host, port } = origin;
  const place = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${place}${port === '' ? '' : `:${port}`}`;
}

/** A host as browsers send it: lower case, other scripts as Punycode, no brackets. */
export function normalHost(host: string): string {
  const url = `http://${host}`;
  const normal = URL.canParse(url) ? new URL(url).hostname : host.toLowerCase();
  return normal.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
