import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BlinkPlanner, type BlinkSettings } from '../../../src/lights/blink-planner.ts';

const usual: BlinkSettings = { onMs: 250, offMs: 100, maxBacklogMs: 3000 };

interface Flash {
  readonly on: number;
  readonly off: number;
}

/** Plays events at the given times; timers come late by what `lateness` says. */
function play(
  settings: BlinkSettings,
  eventTimes: readonly number[],
  lateness: (turn: number) => number = () => 0,
): { flashes: Flash[]; planner: BlinkPlanner } {
  const planner = new BlinkPlanner(settings);
  const flashes: Flash[] = [];
  let litSince: number | undefined;
  const look = (now: number) => {
    if (planner.lit && litSince === undefined) litSince = now;
    if (!planner.lit && litSince !== undefined) {
      flashes.push({ on: litSince, off: now });
      litSince = undefined;
    }
  };
  let now = 0;
  let turn = 0;
  const runUntil = (end: number) => {
    for (;;) {
      const next = planner.nextChangeAt;
      if (next === undefined) return;
      const at = Math.max(now, next) + lateness(turn);
      if (at > end) return;
      turn += 1;
      now = at;
      planner.advance(now);
      look(now);
    }
  };
  for (const time of [...eventTimes].sort((a, b) => a - b)) {
    runUntil(time);
    now = Math.max(now, time);
    planner.blink(now);
    look(now);
  }
  runUntil(Number.POSITIVE_INFINITY);
  return { flashes, planner };
}

describe('BlinkPlanner', () => {
  test('one event: lit at once, dark after onMs', () => {
    assert.deepEqual(play(usual, [1000]).flashes, [{ on: 1000, off: 1250 }]);
  });

  test('events at once queue up, and each is seen', () => {
    const { flashes, planner } = play(usual, [0, 0, 0]);
    assert.deepEqual(
      flashes.map(({ on }) => on),
      [0, 350, 700],
    );
    assert.deepEqual([planner.blinked, planner.coalesced], [3, 0]);
  });

  test('the fourth flash waits until the first is more than a second ago', () => {
    assert.deepEqual(
      play({ ...usual, onMs: 100, offMs: 50 }, [0, 0, 0, 0]).flashes.map(({ on }) => on),
      [0, 150, 300, 1001],
    );
  });

  test('more than fit: stays lit until maxBacklogMs, and counts the rest', () => {
    const { flashes, planner } = play(usual, new Array(100).fill(0));
    assert.deepEqual(flashes, [{ on: 0, off: 3000 }]);
    assert.deepEqual([planner.blinked, planner.coalesced], [1, 99]);
  });

  test('a stream above the limit keeps the light lit, and it blinks again once that ends', () => {
    const stream = Array.from({ length: 200 }, (_, index) => index * 100);
    const { flashes } = play(usual, [...stream, 40_000]);
    const longest = Math.max(...flashes.map(({ on, off }) => off - on));
    assert.ok(longest > 15_000, `longest ${longest} ms`);
    assert.deepEqual(flashes.at(-1), { on: 40_000, off: 40_250 });
  });

  test('a few events while it stays lit do not keep it lit for ever', () => {
    const slow = Array.from({ length: 50 }, (_, index) => 2000 + index * 2000);
    const { flashes, planner } = play(usual, [...new Array(50).fill(0), ...slow]);
    assert.ok((flashes[0]?.off ?? 0) < 8000, `lit until ${flashes[0]?.off}`);
    assert.ok(planner.blinked > 45);
  });

  test('a flash is skipped while there are blinks, and an event turns it into its blink', () => {
    const planner = new BlinkPlanner(usual);
    planner.flash(0, 30);
    assert.equal(planner.nextChangeAt, 30);
    planner.blink(10);
    assert.equal(planner.nextChangeAt, 260);
    planner.flash(20, 30);
    assert.equal(planner.nextChangeAt, 260);
    planner.advance(260);
    assert.equal(planner.lit, false);
    assert.equal(planner.blinked, 1);
  });

  test('winks count as flashes', () => {
    const planner = new BlinkPlanner(usual);
    for (const at of [0, 200, 400]) {
      planner.flash(at, 30);
      assert.ok(planner.lit);
      planner.advance(at + 30);
    }
    planner.flash(600, 30);
    assert.equal(planner.lit, false);
    planner.blink(610);
    assert.equal(planner.nextChangeAt, 1001);
  });

  test('clear: dark, and nothing planned', () => {
    const planner = new BlinkPlanner(usual);
    for (let event = 0; event < 5; event += 1) planner.blink(0);
    planner.clear(10);
    assert.deepEqual([planner.lit, planner.nextChangeAt, planner.coalesced], [false, undefined, 4]);
  });

  test('a timer that comes far too late shows nothing of what is long past', () => {
    const planner = new BlinkPlanner(usual);
    for (let event = 0; event < 5; event += 1) planner.blink(0);
    planner.advance(60_000);
    assert.deepEqual([planner.lit, planner.nextChangeAt], [false, undefined]);
    assert.equal(planner.coalesced, 4);
  });

  const settings = fc
    .record({
      onMs: fc.integer({ min: 20, max: 1000 }),
      offMs: fc.integer({ min: 20, max: 1000 }),
      extraMs: fc.integer({ min: 0, max: 5000 }),
    })
    .map(({ onMs, offMs, extraMs }) => ({
      onMs,
      offMs,
      maxBacklogMs: Math.max(onMs + offMs, 1001) + onMs + extraMs,
    }));
  const times = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 120 }),
    fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 120 }).map((gaps) => {
      let at = 0;
      return gaps.map((gap) => {
        at += gap;
        return at;
      });
    }),
  );

  test('any events at any times: never more than three flashes in any second', () => {
    const late = fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(settings, times, late, (blink, events, delays) => {
        const { flashes } = play(blink, events, (turn) => delays[turn % delays.length] ?? 0);
        for (const [index, { on }] of flashes.entries()) {
          const fourth = flashes[index + 3];
          if (fourth) assert.ok(fourth.on - on > 1000, `four flashes within ${fourth.on - on} ms`);
        }
        for (const [index, { off }] of flashes.entries()) {
          const next = flashes[index + 1];
          if (next) assert.ok(next.on - off >= blink.offMs, 'a pause shorter than offMs');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('any events at any times: dark within maxBacklogMs after the last', () => {
    fc.assert(
      fc.property(settings, times, (blink, events) => {
        const { flashes } = play(blink, events);
        const last = Math.max(0, ...events);
        const dark = flashes.at(-1)?.off ?? 0;
        assert.ok(dark <= last + blink.maxBacklogMs, `dark at ${dark}, last event at ${last}`);
      }),
      { numRuns: 1000 },
    );
  });

  test('any events at any times: each has its blink or is counted as coalesced', () => {
    fc.assert(
      fc.property(settings, times, (blink, events) => {
        const { flashes, planner } = play(blink, events);
        assert.equal(planner.blinked + planner.coalesced, events.length);
        assert.equal(planner.blinked, flashes.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('below the limit: one blink of onMs for each event', () => {
    const gaps = fc.array(fc.integer({ min: 350, max: 3000 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (spaces) => {
        let at = 0;
        const events = spaces.map((gap) => {
          at += gap;
          return at;
        });
        const { flashes, planner } = play(usual, events);
        assert.equal(flashes.length, events.length);
        assert.ok(flashes.every(({ on, off }) => off - on === usual.onMs));
        assert.equal(planner.coalesced, 0);
      }),
      { numRuns: 500 },
    );
  });
});
