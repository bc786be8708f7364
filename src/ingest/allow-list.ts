import { BlockList, isIPv4 } from 'node:net';
import { addressWithoutZone } from '../platform/addresses.ts';

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
    const plain = addressWithoutZone(address);
    return allowed.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}
