import { withoutAddressPassword } from './address-password.ts';
import { isSecretKey, mayBeSecretKey } from './secrets.ts';

/** One problem of the configuration, worded for the user: of a value, or of the file itself. */
export type ConfigProblem = ValueProblem | FileProblem;

export interface ValueProblem {
  /** Where it is: `blinky.yaml:12`, or `--set`. */
  readonly place: string;
  /** The whole key, e.g. `Butler.webConfig.port`. */
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
}

export interface FileProblem {
  readonly place: string;
  readonly what: string;
  readonly fix: string;
}

/**
 * `blinky.yaml:12: Butler.webConfig.port: found "abc"; allowed: a port number …`, or
 * `blinky.yaml:3: invalid YAML: tab at the start of the line. Fix: indent with spaces`
 */
export function describeProblem(problem: ConfigProblem): string {
  if ('what' in problem) return `${problem.place}: ${problem.what}. Fix: ${problem.fix}`;
  const { place, key, found, allowed } = problem;
  return `${place}: ${key}: found ${found}; allowed: ${allowed}`;
}

/** The configuration is invalid; `problems` has every reason, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** Returns a value as a user would write it, shortened, and without secrets. */
export function showValue(key: string, value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (isSecretKey(key)) return 'a secret value';
  const text = withoutAddressPassword(JSON.stringify(value, hideSecret) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const hideSecret = (key: string, value: unknown): unknown =>
  mayBeSecretKey(key) ? '(hidden)' : value;
