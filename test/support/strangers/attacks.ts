import type { Attack } from './attack.ts';
import { floodAttacks } from './floods.ts';
import { guessAttacks } from './guesses.ts';
import { placeAttacks } from './places.ts';
import { sessionAttacks } from './sessions.ts';

/** Every attack, by name. */
export const attacks = {
  ...sessionAttacks,
  ...placeAttacks,
  ...floodAttacks,
  ...guessAttacks,
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof attacks;

export const attackNames = Object.keys(attacks) as readonly AttackName[];

export const isAttackName = (name: string): name is AttackName => Object.hasOwn(attacks, name);
