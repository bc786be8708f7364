import { z } from 'zod';
import { addressWithPassword, field } from '../config/fields.ts';

/** Words that mean: no proxy, whatever the environment says. */
const noProxyWords: ReadonlySet<string> = new Set(['none', 'direct', 'off']);

export type ProxyAddress =
  | { readonly kind: 'none' }
  | { readonly kind: 'proxy'; readonly url: URL }
  | { readonly kind: 'unusable'; readonly why: string };

/**
 * Reads the address of a web proxy as people and tools write it: `http://host:port`, `https://…`,
 * without a scheme (then it is `http://`), with a user and password, or `none`.
 */
export function readProxyAddress(text: string): ProxyAddress {
  const written = text.trim();
  if (noProxyWords.has(written.toLowerCase())) return { kind: 'none' };
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(written)?.[1]?.toLowerCase();
  if (scheme?.startsWith('socks')) {
    return { kind: 'unusable', why: 'a SOCKS proxy, which Blinky does not support' };
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return { kind: 'unusable', why: `an address that begins ${scheme}://` };
  }
  const address = scheme === undefined ? `http://${written}` : written;
  if (/\s/.test(address) || !URL.canParse(address)) {
    return { kind: 'unusable', why: "something that isn't an address" };
  }
  const url = new URL(address);
  if (url.pathname !== '/' || url.search || url.hash) {
    return {
      kind: 'unusable',
      why: 'an address with a path (in a user name or password, percent-encode \\ / ? #, for example %5C for \\)',
    };
  }
  return { kind: 'proxy', url };
}

/** A web proxy, `none`, or empty: then the environment is used. */
export function webProxy() {
  const schema = z
    .string()
    .refine((text) => text.trim() === '' || readProxyAddress(text).kind !== 'unusable');
  const allowed =
    'http://host:port or http://user:password@host:port; none for no proxy; nothing to use HTTPS_PROXY';
  return addressWithPassword(field(schema, allowed).default(''));
}
