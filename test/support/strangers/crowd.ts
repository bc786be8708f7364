import { setTimeout as pause } from 'node:timers/promises';
import type { Scene } from './attack.ts';

/** How often a crowd looks whether one of it is missing, ms. */
const lookEveryMs = 20;

export interface CrowdOptions {
  /** How many connections all addresses together open in a second. */
  readonly perSecond: number;
  /** Opens connection number `index`; the result resolves when it has ended. */
  readonly open: (index: number) => Promise<unknown>;
}

/** Keeps so many connections open: when one ends, another is opened in its place. */
export async function keepCrowd(
  { count, signal }: Pick<Scene, 'count' | 'signal'>,
  { perSecond, open }: CrowdOptions,
): Promise<void> {
  const present = new Set<Promise<unknown>>();
  let index = 0;
  let due = 0;
  let lookedAt = performance.now();
  while (!signal.aborted) {
    const now = performance.now();
    due = Math.min(due + ((now - lookedAt) / 1000) * perSecond, perSecond / 5 + 1);
    lookedAt = now;
    for (; due >= 1 && present.size < count; due -= 1) {
      const one = open(index);
      index += 1;
      present.add(one);
      void one.then(() => present.delete(one));
    }
    await rest(lookEveryMs, signal);
  }
  await Promise.all(present);
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}

/** Calls `end` when `signal` aborts, or at once when it has, until `until` resolves. */
export function whenAborted(signal: AbortSignal, until: Promise<unknown>, end: () => void): void {
  if (signal.aborted) {
    end();
    return;
  }
  signal.addEventListener('abort', end);
  void until.then(() => signal.removeEventListener('abort', end));
}
