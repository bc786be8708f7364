/** Why a message did not reach a client, or was not kept. */
export const dropReasons = ['slow client', 'queue full', 'no room to retain'] as const;
export type DropReason = (typeof dropReasons)[number];

/** Why somebody was not let in, or did not stay. */
export const refusalReasons = [
  'too many connections',
  'too many clients',
  'wrong password',
  'not by the rules',
  'too slow',
  'silent',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** What the broker counts. */
export class BrokerFigures {
  /** Clients that are behind at the moment. */
  slowClients = 0;
  readonly dropped = zeros(dropReasons);
  readonly refused = zeros(refusalReasons);
}

function zeros<Reason extends string>(reasons: readonly Reason[]): Record<Reason, number> {
  return Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<Reason, number>;
}
