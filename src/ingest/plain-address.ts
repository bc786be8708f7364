const mappedIpv4 = /^::ffff:(?=\d+\.)/i;

/** A socket that listens on both families shows the IPv4 address 10.0.0.7 as ::ffff:10.0.0.7. */
export function plainAddress(address: string): string {
  return address.startsWith(':') ? address.replace(mappedIpv4, '') : address;
}
