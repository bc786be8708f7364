import type { EventKind } from '../../src/events/kinds.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Something that a Sense server logs, ms after Monday's first moment. */
export interface Logged {
  readonly atMs: number;
  readonly kind: EventKind;
  readonly host: string;
  readonly userDirectory: string;
  readonly userId: string;
}

/** Somebody was really there, from when until when. */
export interface Stay {
  /** `LAB/goran` */
  readonly user: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** That it ended was never reported. */
  readonly isStopLost: boolean;
}

export interface Week {
  readonly logged: readonly Logged[];
  readonly stays: readonly Stay[];
}

interface Person {
  readonly userDirectory: string;
  readonly userId: string;
  /** The proxy that is used as long as it runs. */
  readonly host: string;
  /** Who shares sessions with the other proxy: any event may be logged there. */
  readonly isBalanced?: boolean;
}

/** When the service of a proxy was restarted: its sessions end, and nothing is logged of that. */
const restarts = [
  { host: 'proxy-a', atMs: day + 12 * hour },
  { host: 'proxy-b', atMs: 3 * day + 12 * hour },
];
/** Of all stops that are sent, so many get lost. */
const lostStops = 0.05;

/**
 * A week in an office with two proxies: who is really there, and what is logged of it. The two come
 * from the same diary and from nothing that the program does.
 */
export function workingWeek(random: () => number): Week {
  const logged: Logged[] = [];
  const stays: Stay[] = [];
  const between = (fromMs: number, toMs: number) => Math.round(fromMs + random() * (toMs - fromMs));

  function session(person: Person, fromMs: number, toMs: number, opensEveryMs: number): void {
    const { userDirectory, userId, host } = person;
    const restart = restarts.find(
      (one) => one.host === host && one.atMs > fromMs && one.atMs < toMs,
    );
    const endMs = restart?.atMs ?? toMs;
    const isStopLost = restart !== undefined || random() < lostStops;
    const log = (kind: EventKind, atMs: number) => {
      const other = host === 'proxy-a' ? 'proxy-b' : 'proxy-a';
      const at = person.isBalanced && random() < 0.5 ? other : host;
      logged.push({ atMs, kind, host: at, userDirectory, userId });
    };
    log('session-start', fromMs);
    for (let atMs = fromMs + 1000; atMs < endMs; atMs += between(minute, 2 * opensEveryMs)) {
      log('connection-open', atMs);
      const closeMs = between(atMs, endMs);
      if (random() < 0.8) log('connection-close', closeMs);
    }
    if (!isStopLost) {
      log('session-stop', endMs);
      // Connections may be closed after the session is over.
      if (random() < 0.3) log('connection-close', endMs + 500);
    }
    stays.push({ user: `${userDirectory}/${userId}`, fromMs, toMs: endMs, isStopLost });
    // Who was thrown out signs in again, and goes on.
    if (restart) session(person, between(endMs + minute, endMs + 50 * minute), toMs, opensEveryMs);
  }

  for (let index = 0; index < 7; index += 1) {
    const midnight = index * day;
    const at = (hours: number, widthMs = 0) => midnight + hours * hour + between(0, widthMs);
    if (index < 5) {
      for (const [team, host] of ['proxy-a', 'proxy-b'].entries()) {
        for (let number = 0; number < 25; number += 1) {
          const person = { userDirectory: 'LAB', userId: `desk${team}-${number}`, host };
          session(person, at(8, hour), at(16.5, hour), 2 * hour);
        }
      }
      for (let number = 0; number < 15; number += 1) {
        const person = { userDirectory: 'LAB', userId: `balanced${number}`, host: 'proxy-b' };
        session({ ...person, isBalanced: true }, at(7, hour), at(17, hour), hour);
      }
      for (const userDirectory of ['LAB', 'HQ']) {
        const goran = { userDirectory, userId: 'goran', host: 'proxy-b' };
        session(goran, at(userDirectory === 'HQ' ? 12.5 : 8), at(19), hour);
      }
      for (let number = 0; number < 5; number += 1) {
        const person = { userDirectory: 'LAB', userId: `phone${number}`, host: 'proxy-b' };
        session(person, at(8, hour), at(17, hour), 20 * hour);
        session(person, at(13.5), at(13.9), 20 * hour);
      }
    }
    for (let number = 0; number < 10; number += 1) {
      const person = { userDirectory: 'LAB', userId: `night${number}`, host: 'proxy-a' };
      session(person, at(21.5, hour), at(29.5, hour), 4 * hour);
    }
    for (let number = 0; number < 40; number += 1) {
      const userId = `anonymous${index}-${number}`;
      const fromMs = at(9, 10 * hour);
      const person = { userDirectory: 'NONE', userId, host: 'proxy-b' };
      session(person, fromMs, between(fromMs + 10 * minute, fromMs + hour), hour);
    }
  }
  return { logged: logged.sort((one, other) => one.atMs - other.atMs), stays };
}
