import { isIPv4, isIPv6 } from 'node:net';

/** What kind of IP address a text is; false for what is none. IPv6 may be written in any way. */

export const isUnspecified = (address: string): boolean =>
  address === '0.0.0.0' || canonicalIPv6(address) === '::';

export const isLoopback = (address: string): boolean =>
  (isIPv4(address) && address.startsWith('127.')) || canonicalIPv6(address) === '::1';

/** 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291). */
export const isMulticast = (address: string): boolean =>
  isIPv4(address)
    ? /^(22[4-9]|23\d)\./.test(address)
    : /^ff[\da-f]{2}:/.test(canonicalIPv6(address) ?? '');

/** fe80::/10, which means something only together with an interface (RFC 4007). */
export const isLinkLocal = (address: string): boolean =>
  /^fe[89ab][\da-f]:/.test(canonicalIPv6(address) ?? '');

/** 169.254.0.0/16: a machine that got no address from anybody (RFC 3927). */
export const isSelfAssigned = (address: string): boolean =>
  isIPv4(address) && address.startsWith('169.254.');

/** ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
export const isIPv4Mapped = (address: string): boolean =>
  canonicalIPv6(address)?.startsWith('::ffff:') === true;

/** The IPv4 address in a mapped one. */
export function ipv4InMapped(address: string): string | undefined {
  const groups = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonicalIPv6(address) ?? '');
  if (!groups) return undefined;
  const [high, low] = [groups[1], groups[2]].map((group) => Number.parseInt(group ?? '', 16));
  if (high === undefined || low === undefined) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The one way of writing an IPv6 address that RFC 5952 recommends. */
export function canonicalIPv6(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
