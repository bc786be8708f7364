// A week of working days: who is shown, hour by hour, against who is really there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kinds } from '../../../src/events/kinds.ts';
import { createActiveUsersSink, type StartedSink } from '../../support/active-users.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { seededRandom } from '../../support/random.ts';
import { type Logged, type Stay, workingWeek } from '../../support/working-week.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const monday = '2026-11-23T00:00:00.000Z';

/** Ended sessions are looked for once a minute. */
const lookMs = minute;

/** Gives the sink what happened, as its clock comes there. */
function takes({ sink, clock }: StartedSink, logged: Logged, timeUnknown: boolean): void {
  const { kind, host, userDirectory, userId } = logged;
  sink.accept(
    userEvent({
      ...{ kind, command: kinds[kind].command, host, userDirectory, userId },
      receivedAt: clock.now().toISOString(),
      ...(timeUnknown && { timeUnknown }),
    }),
  );
}

const shownIn = ({ sink }: StartedSink): Set<string> => {
  const keys = [...sink.users.keys()];
  return new Set(keys.map((key) => key.replace('\n', '/')));
};

/** Users who have to be shown, and those who may be: their stop was lost no longer than a day ago. */
function truthAt(stays: readonly Stay[], atMs: number) {
  const is = (stay: Stay) => stay.fromMs <= atMs && atMs < stay.toMs;
  const mayStillBe = (stay: Stay) =>
    stay.isStopLost && stay.fromMs <= atMs && atMs < stay.toMs + day + lookMs;
  const names = (ofStays: readonly Stay[]) =>
    new Set(ofStays.map(({ user }) => user.toLowerCase()));
  return { there: names(stays.filter(is)), mayBe: names(stays.filter(mayStillBe)) };
}

function assertRight(shown: Set<string>, stays: readonly Stay[], atMs: number, seed: number): void {
  const { there, mayBe } = truthAt(stays, atMs);
  const when = `seed ${seed}, day ${Math.floor(atMs / day)}, ${(atMs % day) / hour} h`;
  const missing = [...there].filter((user) => !shown.has(user));
  const ghosts = [...shown].filter((user) => !there.has(user) && !mayBe.has(user));
  assert.deepEqual({ when, missing, ghosts }, { when, missing: [], ghosts: [] });
}

/** The program is killed; what it knew is on disk. */
async function killed(before: StartedSink, timeIsKnown: () => boolean): Promise<StartedSink> {
  await new Promise((resolve) => setImmediate(resolve));
  const clock = new ManualClock(before.clock.now().toISOString());
  const after = createActiveUsersSink({ store: new Map(before.store), clock, timeIsKnown });
  await after.sink.start();
  return after;
}

describe('a working week', () => {
  for (const seed of [1, 2, 3]) {
    test(`right at every hour, over restarts of proxies and of the program (${seed})`, async () => {
      const { logged, stays } = workingWeek(seededRandom(seed));
      let atMs = 0;
      // The time is set half an hour after the first start.
      const timeIsKnown = () => atMs > 9 * hour;
      let one = createActiveUsersSink({ clock: new ManualClock(monday), timeIsKnown });
      await one.sink.start();
      const waiting = [...logged];
      const goTo = (toMs: number) => {
        while (waiting[0] && waiting[0].atMs <= toMs) {
          const [next] = waiting.splice(0, 1);
          if (!next) return;
          one.clock.advance(next.atMs - atMs);
          atMs = next.atMs;
          takes(one, next, !timeIsKnown());
        }
        one.clock.advance(toMs - atMs);
        atMs = toMs;
      };
      for (let at = hour; at < 8 * day; at += hour) {
        goTo(at);
        assertRight(shownIn(one), stays, at, seed);
        if ((at / hour) % 31 !== 0) continue;
        // Nothing is lost that is older than a minute: here all was quiet for as long.
        const quietUntil = at + 2 * minute;
        while (waiting[0] && waiting[0].atMs <= quietUntil) {
          takes(one, waiting.splice(0, 1)[0] as Logged, false);
        }
        goTo(quietUntil);
        one = await killed(one, timeIsKnown);
        assertRight(shownIn(one), stays, quietUntil, seed);
      }
    });
  }

  test('of fifty whose proxy is restarted on Tuesday noon: nobody at 23:00 of any day', async () => {
    const one = createActiveUsersSink({ clock: new ManualClock(monday) });
    await one.sink.start();
    const random = seededRandom(7);
    const users = Array.from({ length: 50 }, (_, index) => `u${index}`);
    const logged: Logged[] = [];
    for (const userId of users) {
      const log = (atMs: number, kind: Logged['kind']) =>
        logged.push({ atMs, kind, host: 'sense1', userDirectory: 'LAB', userId });
      for (let index = 0; index < 5; index += 1) {
        log(index * day + 8 * hour, 'session-start');
        log(index * day + 17 * hour, 'session-stop');
      }
      log(day + 12 * hour + Math.round(random() * hour), 'session-start');
      log(day + 11 * hour + Math.round(random() * hour), 'connection-open');
      log(day + 13 * hour + Math.round(random() * hour), 'connection-open');
    }
    logged.sort((a, b) => a.atMs - b.atMs);
    let atMs = 0;
    const counts: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      for (const hours of [12, 23]) {
        const toMs = index * day + hours * hour;
        for (const next of logged.filter((event) => event.atMs > atMs && event.atMs <= toMs)) {
          one.clock.advance(next.atMs - (one.clock.now().getTime() - Date.parse(monday)));
          takes(one, next, false);
        }
        one.clock.advance(toMs - (one.clock.now().getTime() - Date.parse(monday)));
        atMs = toMs;
        counts.push(one.sink.users.count);
      }
    }
    assert.deepEqual(counts, [50, 0, 50, 0, 50, 0, 50, 0, 50, 0]);
    assert.equal(one.announced.at(-1), 0);
  });
});
