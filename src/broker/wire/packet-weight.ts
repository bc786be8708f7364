import { type CheckedPacket, packetTypes } from './packet-check.ts';

/** What packets cost of the event loop's time, in acknowledgements; measured with Aedes 2.0.0-beta.1. */
export const packetWeight = {
  least: 1,
  publish: 4,
  /** Beside its filters. */
  subscribe: 8,
  filter: 1,
  /** Each looks through the retained messages. */
  wildcard: 5,
  connect: 48,
} as const;

export function weightOfPacket({ type, filters, wildcards }: CheckedPacket): number {
  if (type === packetTypes.publish) return packetWeight.publish;
  if (filters === 0) return packetWeight.least;
  return packetWeight.subscribe + filtersOf(type, filters, wildcards);
}

/** What a packet costs of its client's rate: what it weighs beside an acknowledgement is not for free. */
export function tokensOf({ type, filters, wildcards }: CheckedPacket): number {
  if (filters > 0) return filtersOf(type, filters, wildcards);
  return type === packetTypes.publish || type === packetTypes.pingreq ? 1 : 0;
}

function filtersOf(type: number, filters: number, wildcards: number): number {
  const ofWildcard = type === packetTypes.subscribe ? packetWeight.wildcard : packetWeight.filter;
  return (filters - wildcards) * packetWeight.filter + wildcards * ofWildcard;
}
