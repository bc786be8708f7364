/** A range of places in the queue, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Items with consecutive places that are stored as one. */
export interface Segment {
  /** The place of the first one. */
  readonly from: number;
  readonly count: number;
}

export function lastOf({ from, count }: Segment): number {
  return from + count - 1;
}

/** The total number of items in these segments. */
export function countOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { count }) => sum + count, 0);
}

/** Those of `segments`, in ascending order, that start at or before the last place in `spans`. */
export function reaching(segments: readonly Segment[], spans: readonly Span[]): readonly Segment[] {
  const last = Math.max(-1, ...spans.map(({ to }) => to));
  const behind = segments.findIndex(({ from }) => from > last);
  return behind < 0 ? segments : segments.slice(0, behind);
}

/**
 * What remains of `segment` without the places in `spans`: the same segment, smaller ones, or none.
 */
export function without(segment: Segment, spans: readonly Span[]): readonly Segment[] {
  let left: readonly Segment[] = [segment];
  for (const span of spans) left = left.flatMap((part) => withoutOne(part, span));
  return left;
}

function withoutOne(segment: Segment, { from, to }: Span): readonly Segment[] {
  if (to < segment.from || from > lastOf(segment)) return [segment];
  const before = { from: segment.from, count: from - segment.from };
  const after = { from: to + 1, count: lastOf(segment) - to };
  return [before, after].filter(({ count }) => count > 0);
}

/**
 * The fewest of `segments`, from the first one on, that contain `count` items; all if there are
 * fewer.
 */
export function firstSegments(segments: readonly Segment[], count: number): readonly Segment[] {
  let found = 0;
  for (const [index, segment] of segments.entries()) {
    if (found >= count) return segments.slice(0, index);
    found += segment.count;
  }
  return segments;
}

/** The span from the first of `segments` that covers `count` items not already in `spans`. */
export function spanOfFirst(
  segments: readonly Segment[],
  spans: readonly Span[],
  count: number,
): Span {
  const from = segments[0]?.from ?? 0;
  let missing = count;
  let to = from - 1;
  for (const segment of segments) {
    for (const part of without(segment, spans)) {
      if (missing === 0) return { from, to };
      const taken = Math.min(missing, part.count);
      missing -= taken;
      to = part.from + taken - 1;
    }
  }
  return { from, to };
}

/** Combines places, in ascending order, into segments of at most `longest`. */
export function segmentsOf(places: readonly number[], longest: number): readonly Segment[] {
  const segments: Segment[] = [];
  let first = 0;
  for (const [index, place] of places.entries()) {
    const count = index - first;
    if (index === 0 || (count < longest && place === (places[first] ?? 0) + count)) continue;
    segments.push({ from: places[first] ?? 0, count });
    first = index;
  }
  const from = places[first];
  if (from !== undefined) segments.push({ from, count: places.length - first });
  return segments;
}
