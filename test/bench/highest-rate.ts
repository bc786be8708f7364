export interface RateSearch {
  /** Where it begins; doubled while it holds. */
  readonly from: number;
  readonly atMost: number;
  /** Ends when the lowest rate that failed is less than this many times the highest that held. */
  readonly precision: number;
}

/** Finds the highest rate for which `holds` says yes: doubling first, then halving the rest. */
export async function highestRate(
  { from, atMost, precision }: RateSearch,
  holds: (rate: number) => Promise<boolean>,
): Promise<number> {
  let held = 0;
  let failed: number | undefined;
  let rate = from;
  while (rate <= atMost && (held === 0 || failed === undefined || failed / held > precision)) {
    if (await holds(rate)) held = rate;
    else failed = rate;
    if (failed === undefined) rate *= 2;
    else if (held === 0) {
      if (rate < 2) return 0;
      rate = Math.round(rate / 2);
    } else rate = Math.round(Math.sqrt(held * failed));
    if (rate === held || rate === failed) break;
  }
  return held;
}
