import type { Target } from '../../support/strangers/attack.ts';
import type { AttackName } from '../../support/strangers/attacks.ts';
import { type Attackers, startAttackers } from '../../support/strangers/start-attackers.ts';

export interface StrangersOptions {
  readonly target: Target;
  /** The most that they stay, s. */
  readonly seconds: number;
  /** Client ids that belong to others. */
  readonly clientIds: readonly string[];
}

export type Reports = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Attacks of several kinds at once, each from a network of its own. */
export interface Strangers {
  /** What each did and met so far. */
  reports(): Promise<Reports>;
  stop(): Promise<void>;
}

export async function startStrangers(
  names: readonly AttackName[],
  options: StrangersOptions,
): Promise<Strangers> {
  const all: Attackers[] = await Promise.all(
    names.map((attack, network) => startAttackers({ ...options, attack, network })),
  );
  return {
    reports: async () =>
      Object.fromEntries(
        await Promise.all(all.map(async (one) => [one.name, await one.report()] as const)),
      ),
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
}
