import { setTimeout as pause } from 'node:timers/promises';

/** Resolves after `ms`, or at once when `signal` aborts. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
