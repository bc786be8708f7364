import { BlockList, isIPv4 } from 'node:net';

/**
 * Tells who may send, from addresses and CIDR ranges that the configuration has checked.
 * An empty list lets everybody send.
 */
export function createAllowList(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => true;
  const allowed = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    // A socket that listens on both families shows IPv4 senders as ::ffff:10.0.0.7.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
    return allowed.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}
