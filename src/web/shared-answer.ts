import type { Clock } from '../platform/clock.ts';

/** Everybody who asks within this time gets the same answer, ms. */
const sharedForMs = 250;

/**
 * Renders an answer a few times a second at most, however many ask for it.
 * @param key what must not have changed, or it is rendered again at once
 */
export function sharedAnswer<Answer>(
  clock: Clock,
  make: () => Answer,
  key: () => string | undefined = () => undefined,
): () => Answer {
  let last: { readonly answer: Answer; readonly key: string | undefined; atMs: number } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    const nowKey = key();
    if (last && last.key === nowKey && nowMs - last.atMs < sharedForMs) return last.answer;
    last = { answer: make(), key: nowKey, atMs: nowMs };
    return last.answer;
  };
}
