import type { PartHealth } from './health.ts';

/** Reports whether the configuration could be used. */
export function reportConfiguration(health: PartHealth, problems: readonly string[]): void {
  if (problems.length === 0) {
    health.ok('understood');
    return;
  }
  health.fault({
    message: `the configuration is wrong, so the defaults are in force: ${problems.join('; ')}`,
    remedy: 'Correct the line and start again',
    needsPerson: true,
  });
}
