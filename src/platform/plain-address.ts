/** How an IPv6 socket shows an IPv4 address (RFC 4291, section 2.5.5.2). */
const mappedPrefix = '::ffff:';

/**
 * An IPv4 address as people write it, also where an IPv6 socket shows it as `::ffff:10.0.0.7`; any
 * other address as it is. Cheap, since every datagram and connection passes here.
 */
export function plainAddress(address: string): string {
  return address.startsWith(mappedPrefix) && address.includes('.', mappedPrefix.length)
    ? address.slice(mappedPrefix.length)
    : address;
}

/** The same without the zone of a link-local address, which matters only to this machine. */
export function addressWithoutZone(address: string): string {
  const plain = plainAddress(address);
  const zone = plain.indexOf('%');
  return zone < 0 ? plain : plain.slice(0, zone);
}

/** Address and port in one text; an IPv6 address is put in brackets (RFC 3986, section 3.2.2). */
export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
