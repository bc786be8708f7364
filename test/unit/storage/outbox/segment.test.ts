import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countOf,
  firstSegments,
  lastOf,
  reaching,
  type Segment,
  type Span,
  segmentsOf,
  spanOfFirst,
  without,
} from '../../../../src/storage/outbox/segment.ts';

const placesIn = (segments: readonly Segment[]): number[] =>
  segments.flatMap(({ from, count }) => Array.from({ length: count }, (_, index) => from + index));

const isWithin = (place: number, spans: readonly Span[]) =>
  spans.some(({ from, to }) => place >= from && place <= to);

const somePlaces = fc
  .uniqueArray(fc.nat(60), { maxLength: 40 })
  .map((places) => places.sort((one, other) => one - other));
const someRuns = fc
  .tuple(somePlaces, fc.integer({ min: 1, max: 9 }))
  .map(([places, longest]) => segmentsOf(places, longest));
const someSpans = fc.array(
  fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 3 },
);

test('consecutive places are joined, and no segment is too long', () => {
  assert.deepEqual(segmentsOf([], 3), []);
  assert.deepEqual(segmentsOf([7], 3), [{ from: 7, count: 1 }]);
  assert.deepEqual(segmentsOf([0, 1, 2, 3, 5, 6], 3), [
    { from: 0, count: 3 },
    { from: 3, count: 1 },
    { from: 5, count: 2 },
  ]);
  fc.assert(
    fc.property(somePlaces, fc.integer({ min: 1, max: 9 }), (places, longest) => {
      const segments = segmentsOf(places, longest);
      assert.deepEqual(placesIn(segments), places);
      assert.equal(countOf(segments), places.length);
      assert.ok(segments.every(({ count }) => count >= 1 && count <= longest));
    }),
  );
});

test('removing a part of a segment keeps the rest', () => {
  const segment = { from: 10, count: 5 };
  assert.deepEqual(without(segment, [{ from: 12, to: 12 }]), [
    { from: 10, count: 2 },
    { from: 13, count: 2 },
  ]);
  assert.deepEqual(without(segment, [{ from: 0, to: 20 }]), []);
  assert.equal(without(segment, [{ from: 15, to: 20 }])[0], segment);
  fc.assert(
    fc.property(someRuns, someSpans, (segments, spans) => {
      const left = segments.flatMap((one) => without(one, spans));
      assert.deepEqual(
        placesIn(left),
        placesIn(segments).filter((place) => !isWithin(place, spans)),
      );
    }),
  );
});

test('only segments that start by the last place of the spans can be affected', () => {
  fc.assert(
    fc.property(someRuns, someSpans, (segments, spans) => {
      const head = reaching(segments, spans);
      const rest = segments.slice(head.length);
      assert.deepEqual([...head, ...rest], segments);
      assert.ok(rest.every((segment) => without(segment, spans)[0] === segment));
      const last = Math.max(-1, ...spans.map(({ to }) => to));
      assert.ok(head.every(({ from }) => from <= last));
    }),
  );
});

test('no more first segments than necessary', () => {
  fc.assert(
    fc.property(someRuns, fc.nat(50), (segments, count) => {
      const first = firstSegments(segments, count);
      assert.deepEqual(placesIn(first).slice(0, count), placesIn(segments).slice(0, count));
      assert.ok(countOf(first.slice(0, -1)) < count || first.length === 0);
    }),
  );
});

test('so many of the oldest, in addition to those being removed', () => {
  fc.assert(
    fc.property(someRuns, someSpans, fc.integer({ min: 1, max: 50 }), (segments, spans, wanted) => {
      const left = placesIn(segments).filter((place) => !isWithin(place, spans));
      const count = Math.min(wanted, left.length);
      fc.pre(count > 0);
      const span = spanOfFirst(segments, spans, count);
      assert.deepEqual(
        left.filter((place) => isWithin(place, [span])),
        left.slice(0, count),
      );
      assert.ok(lastOf(segments.at(-1) ?? { from: 0, count: 0 }) >= span.to);
    }),
  );
});
