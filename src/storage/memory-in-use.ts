import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

/** A limit below this isn't one that a process could run in: some systems report 0 for no limit. */
const leastLimit = 32 * 1024 * 1024;

/**
 * V8's limit includes the young generation, which never fills the heap: three semi-spaces of the
 * size that `scripts/package/blinky` sets. Bytes.
 */
const youngBytes = 3 * 8 * 1024 * 1024;

/**
 * The share of this process's memory limit that is in use, 0 to 1: of V8's heap, or of the service
 * manager's limit (`MemoryMax=`, systemd.resource-control(5)), whichever is closer to full.
 */
export function memoryInUse(): number {
  const { used_heap_size: all, heap_size_limit: limit } = getHeapStatistics();
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  const old = all - (young?.space_used_size ?? 0);
  const allowed = process.constrainedMemory();
  const isLimited = allowed > leastLimit && allowed < Number.MAX_SAFE_INTEGER;
  return Math.max(old / (limit - youngBytes), isLimited ? process.memoryUsage.rss() / allowed : 0);
}
