import type { Receivers } from './load/load.ts';
import type { Target, TargetKind } from './targets/target.ts';

/** Runs `work` against a target of its own, which is ready and ends afterwards. */
export async function withTarget<Result>(
  kind: TargetKind,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  const target = await kind.launch();
  try {
    await target.ready;
    return await work(target);
  } finally {
    await target.stop();
  }
}

/** The same, with receivers that are ready. */
export async function withReceivers<Result>(
  kind: TargetKind,
  count: number,
  work: (target: Target, receivers: Receivers) => Promise<Result>,
): Promise<Result> {
  return withTarget(kind, async (target) => {
    const receivers = target.receivers(count);
    try {
      await receivers.ready;
      return await work(target, receivers);
    } finally {
      await receivers.stop();
    }
  });
}
