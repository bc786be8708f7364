/** Places in the line, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Items that stand one behind the other in the line and are kept as one. */
export interface Run {
  /** The place of the first one. */
  readonly from: number;
  readonly count: number;
}

export function lastOf({ from, count }: Run): number {
  return from + count - 1;
}

/** How many items they have together. */
export function countOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}

/** Those of `runs`, which ascend, that begin before the last place in `spans` or at it. */
export function reaching(runs: readonly Run[], spans: readonly Span[]): readonly Run[] {
  const last = Math.max(-1, ...spans.map(({ to }) => to));
  const behind = runs.findIndex(({ from }) => from > last);
  return behind < 0 ? runs : runs.slice(0, behind);
}

/** What is left of `run` without the places in `spans`: the same, smaller runs, or none. */
export function without(run: Run, spans: readonly Span[]): readonly Run[] {
  let left: readonly Run[] = [run];
  for (const span of spans) left = left.flatMap((part) => withoutOne(part, span));
  return left;
}

function withoutOne(run: Run, { from, to }: Span): readonly Run[] {
  if (to < run.from || from > lastOf(run)) return [run];
  const before = { from: run.from, count: from - run.from };
  const after = { from: to + 1, count: lastOf(run) - to };
  return [before, after].filter(({ count }) => count > 0);
}

/** The fewest of `runs`, from the first one on, that have `count` items; all when they have fewer. */
export function firstRuns(runs: readonly Run[], count: number): readonly Run[] {
  let found = 0;
  for (const [index, run] of runs.entries()) {
    if (found >= count) return runs.slice(0, index);
    found += run.count;
  }
  return runs;
}

/** From the first of `runs` on, so many places that `count` of them are not in `spans` already. */
export function spanOfFirst(runs: readonly Run[], spans: readonly Span[], count: number): Span {
  const from = runs[0]?.from ?? 0;
  let missing = count;
  let to = from - 1;
  for (const run of runs) {
    for (const part of without(run, spans)) {
      if (missing === 0) return { from, to };
      const taken = Math.min(missing, part.count);
      missing -= taken;
      to = part.from + taken - 1;
    }
  }
  return { from, to };
}

/** Joins places, which ascend, to runs of at most `longest`. */
export function runsOf(places: readonly number[], longest: number): readonly Run[] {
  const runs: Run[] = [];
  let first = 0;
  for (const [index, place] of places.entries()) {
    const count = index - first;
    if (index === 0 || (count < longest && place === (places[first] ?? 0) + count)) continue;
    runs.push({ from: places[first] ?? 0, count });
    first = index;
  }
  const from = places[first];
  if (from !== undefined) runs.push({ from, count: places.length - first });
  return runs;
}
