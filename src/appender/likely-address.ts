import { ipv4InMapped } from '../platform/addresses.ts';
import { addressProblem } from './address.ts';

export interface LikelyAddress {
  readonly address: string;
  /** The UDP port, where the text had one. */
  readonly port: number | undefined;
}

/** Guesses what the user meant by text that can't work; undefined if there is no guess. */
export function likelyAddress(text: string): LikelyAddress | undefined {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text.trim())?.[1]?.toLowerCase();
  const place = tidy(text)
    .replace(/^(?:[a-z][a-z\d+.-]*:)?\/\//i, '')
    .replace(/[/?].*$/, '')
    .replace(/^.*@/, '');
  const match = /^(?:\[([^\]]*)\]|([^:;#]*?))(?:[:;#](\d{0,5}))?$/.exec(place);
  const host = (match?.[1] ?? match?.[2] ?? place).replace(/%.*$/, '').replace(/\.$/, '');
  const port = Number(match?.[3] ?? '');
  const candidates = [host, ipv4InMapped(host), withDots(host), withoutLeadingZeros(host)];
  const address = candidates.find((one) => one !== undefined && !addressProblem(one));
  if (address === undefined) return undefined;
  // The port of a page or a broker is not the one for events.
  const isEventPort = (scheme === undefined || scheme === 'udp') && port >= 1 && port <= 65_535;
  return { address, port: isEventPort ? port : undefined };
}

/** Converts digits and dots of other scripts to ASCII, and removes invisible characters and quotes. */
const tidy = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replaceAll('。', '.')
    .trim()
    .replace(/^["'„“”‘’`<]+|["'“”‘’`>]+$/g, '');

const withDots = (host: string): string | undefined =>
  host.includes('.') ? undefined : host.replaceAll(',', '.');

const withoutLeadingZeros = (host: string): string | undefined =>
  /^[\d.]+$/.test(host) ? host.replace(/\b0+(?=\d)/g, '') : undefined;
