/** Stands for every origin in the settings. */
export const everyOrigin = '*';

/** Ports that an origin leaves out (RFC 6454, section 6.2). */
const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** `scheme://host[:port]` with nothing behind it but perhaps one slash. */
const originPattern =
  /^([a-z][a-z\d+.-]*):\/\/((?:[^\s/?#@:[\]\\*]+|\[[\da-f:.]+\])?)(?::(\d{1,5}))?\/?$/i;

/** The parts of an origin, in the way browsers write them. */
export interface Origin {
  readonly scheme: string;
  /** The host without brackets. */
  readonly host: string;
  /** As written, or the usual one of http and https; empty where there is none. */
  readonly port: string;
}

/** Reads an `Origin` header or setting; undefined for what is none, as `null` and addresses of pages. */
export function parseOrigin(text: string): Origin | undefined {
  const match = originPattern.exec(text.trim());
  if (!match) return undefined;
  const scheme = (match[1] ?? '').toLowerCase();
  const written = match[2] ?? '';
  if (written === '' && scheme !== 'file') return undefined;
  return { scheme, host: normalHost(written), port: match[3] ?? usualPorts[scheme] ?? '' };
}

/** The one way of writing an origin. */
export function normalOrigin(text: string): string | undefined {
  const origin = parseOrigin(text);
  if (!origin) return undefined;
  const { scheme, host, port } = origin;
  const place = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${place}${port === '' ? '' : `:${port}`}`;
}

/** A host as browsers send it: lower case, letters of other scripts as Punycode, no brackets. */
export function normalHost(host: string): string {
  const url = `http://${host}`;
  const normal = URL.canParse(url) ? new URL(url).hostname : host.toLowerCase();
  return normal.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
