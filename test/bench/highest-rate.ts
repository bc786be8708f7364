export interface RateSearch {
  /** Where it begins; doubled while it holds. */
  readonly from: number;
  readonly atMost: number;
  /** Ends when the lowest rate that failed is at most this many times the highest that held. */
  readonly precision: number;
}

/**
 * Finds the highest rate for which `holds` says yes: doubling first (or halving, when already the
 * first one fails), then closing in. 0 when none does.
 */
export async function highestRate(
  { from, atMost, precision }: RateSearch,
  holds: (rate: number) => Promise<boolean>,
): Promise<number> {
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  const next = (): number => {
    if (failed === Number.POSITIVE_INFINITY) return Math.min(Math.max(held * 2, from), atMost);
    return held === 0 ? Math.floor(failed / 2) : Math.round(Math.sqrt(held * failed));
  };
  for (let rate = next(); rate > held && rate < failed; rate = next()) {
    if (await holds(rate)) held = rate;
    else failed = rate;
    if (held > 0 && failed <= held * precision) break;
  }
  return held;
}
