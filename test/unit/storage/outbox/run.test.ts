import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countOf,
  firstRuns,
  lastOf,
  type Run,
  reaching,
  runsOf,
  type Span,
  spanOfFirst,
  without,
} from '../../../../src/storage/outbox/run.ts';

const placesIn = (runs: readonly Run[]): number[] =>
  runs.flatMap(({ from, count }) => Array.from({ length: count }, (_, index) => from + index));

const isWithin = (place: number, spans: readonly Span[]) =>
  spans.some(({ from, to }) => place >= from && place <= to);

const somePlaces = fc
  .uniqueArray(fc.nat(60), { maxLength: 40 })
  .map((places) => places.sort((one, other) => one - other));
const someRuns = fc
  .tuple(somePlaces, fc.integer({ min: 1, max: 9 }))
  .map(([places, longest]) => runsOf(places, longest));
const someSpans = fc.array(
  fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 3 },
);

test('places are joined where they follow each other, and no run is too long', () => {
  assert.deepEqual(runsOf([], 3), []);
  assert.deepEqual(runsOf([7], 3), [{ from: 7, count: 1 }]);
  assert.deepEqual(runsOf([0, 1, 2, 3, 5, 6], 3), [
    { from: 0, count: 3 },
    { from: 3, count: 1 },
    { from: 5, count: 2 },
  ]);
  fc.assert(
    fc.property(somePlaces, fc.integer({ min: 1, max: 9 }), (places, longest) => {
      const runs = runsOf(places, longest);
      assert.deepEqual(placesIn(runs), places);
      assert.equal(countOf(runs), places.length);
      assert.ok(runs.every(({ count }) => count >= 1 && count <= longest));
    }),
  );
});

test('what is taken out of a run leaves all the rest of it', () => {
  const run = { from: 10, count: 5 };
  assert.deepEqual(without(run, [{ from: 12, to: 12 }]), [
    { from: 10, count: 2 },
    { from: 13, count: 2 },
  ]);
  assert.deepEqual(without(run, [{ from: 0, to: 20 }]), []);
  assert.equal(without(run, [{ from: 15, to: 20 }])[0], run);
  fc.assert(
    fc.property(someRuns, someSpans, (runs, spans) => {
      const left = runs.flatMap((one) => without(one, spans));
      assert.deepEqual(
        placesIn(left),
        placesIn(runs).filter((place) => !isWithin(place, spans)),
      );
    }),
  );
});

test('only runs that begin by the last place of the spans can be touched', () => {
  fc.assert(
    fc.property(someRuns, someSpans, (runs, spans) => {
      const head = reaching(runs, spans);
      const rest = runs.slice(head.length);
      assert.deepEqual([...head, ...rest], runs);
      assert.ok(rest.every((run) => without(run, spans)[0] === run));
      const last = Math.max(-1, ...spans.map(({ to }) => to));
      assert.ok(head.every(({ from }) => from <= last));
    }),
  );
});

test('the first runs are as many as it takes', () => {
  fc.assert(
    fc.property(someRuns, fc.nat(50), (runs, count) => {
      const first = firstRuns(runs, count);
      assert.deepEqual(placesIn(first).slice(0, count), placesIn(runs).slice(0, count));
      assert.ok(countOf(first.slice(0, -1)) < count || first.length === 0);
    }),
  );
});

test('so many of the oldest, beside those that go anyway', () => {
  fc.assert(
    fc.property(someRuns, someSpans, fc.integer({ min: 1, max: 50 }), (runs, spans, wanted) => {
      const left = placesIn(runs).filter((place) => !isWithin(place, spans));
      const count = Math.min(wanted, left.length);
      fc.pre(count > 0);
      const span = spanOfFirst(runs, spans, count);
      assert.deepEqual(
        left.filter((place) => isWithin(place, [span])),
        left.slice(0, count),
      );
      assert.ok(lastOf(runs.at(-1) ?? { from: 0, count: 0 }) >= span.to);
    }),
  );
});
