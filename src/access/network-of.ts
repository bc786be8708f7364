/** An IPv4 address, also one that is mapped into IPv6 (RFC 4291, section 2.5.5.2). */
const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/;

/** An IPv4 address, or the /64 network of an IPv6 one: that is what a single host may have. */
export function networkOf(address: string): string {
  const mapped = ipv4.exec(address)?.[1];
  if (mapped) return mapped;
  const [before = '', after] = address.split('%')[0]?.split('::') ?? [];
  const groups = before.split(':').filter((group) => group !== '');
  const tail = after?.split(':').filter((group) => group !== '') ?? [];
  const zeros = after === undefined ? 0 : 8 - groups.length - tail.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tail].slice(0, 4).join(':');
}

/** Whether a network is this machine itself. */
export function isLoopback(network: string): boolean {
  return network.startsWith('127.') || network === '0:0:0:0';
}
