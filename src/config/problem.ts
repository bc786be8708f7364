import { withoutAddressPassword } from './address-password.ts';
import { isSecretKey, mayBeSecretKey } from './secrets.ts';

/** One thing wrong with the configuration, in words for the person who wrote it. */
export interface ConfigProblem {
  /** Where it stands: `blinky.yaml:12`, or `--set`. */
  readonly place: string;
  /** The whole key, e.g. `Butler.webConfig.port`; empty when the file itself is the problem. */
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
}

/** `blinky.yaml:12: Butler.webConfig.port: found "abc", allowed: a port number …` */
export function describeProblem({ place, key, found, allowed }: ConfigProblem): string {
  return `${place}: ${key ? `${key}: ` : ''}found ${found}; allowed: ${allowed}`;
}

/** The configuration can't be used as it is; `problems` holds every reason, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** A value as a person would write it, cut short: never a whole file, never a secret. */
export function showValue(key: string, value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (isSecretKey(key)) return 'a value that is kept secret';
  const text = withoutAddressPassword(JSON.stringify(value, hideSecret) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const hideSecret = (key: string, value: unknown): unknown =>
  mayBeSecretKey(key) ? '(hidden)' : value;
