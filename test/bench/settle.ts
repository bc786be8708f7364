import { setTimeout as pause } from 'node:timers/promises';
import type { Arrived, Receivers } from './load/load.ts';

/** Asking more often would take time from what is measured. */
const askEveryMs = 50;

/**
 * Resolves with what arrived when each receiver has `wanted` messages, or nothing has come for
 * `quietMs` ms.
 */
export async function settled(
  receivers: Receivers,
  wanted = Number.POSITIVE_INFINITY,
  quietMs = 500,
): Promise<Arrived> {
  let quietSince = performance.now();
  let before = -1;
  for (;;) {
    const arrived = await receivers.count();
    if (arrived.total !== before) quietSince = performance.now();
    before = arrived.total;
    if (arrived.least >= wanted || performance.now() - quietSince >= quietMs) return arrived;
    await pause(askEveryMs);
  }
}
