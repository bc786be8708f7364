import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves with the first value of `probe` that is neither undefined nor false.
 * Rejects when there is none within `limitMs`, naming what was waited for.
 */
export async function waitFor<Value>(
  what: string,
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
  limitMs = 10_000,
): Promise<Value> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`no ${what} within ${limitMs} ms`);
    await pause(5);
  }
}
