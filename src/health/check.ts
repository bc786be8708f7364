import type { Finding } from './finding.ts';
import type { RunningAppliance } from './running-appliance.ts';

/** What a check may use. */
export interface CheckInput<Config> {
  /** The sections of the configuration that it needs. */
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Whether to post a test message, where nothing else proves that it works. */
  readonly post: boolean;
  /** Asks the person at the terminal; undefined if nobody is to be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** The appliance that already runs on this machine; it is asked once for all checks. */
  readonly running: () => Promise<RunningAppliance | undefined>;
}

/**
 * Checks one part for problems that a user can fix, and explains how. It changes nothing.
 */
export type Check<Config> = (input: CheckInput<Config>) => AsyncIterable<Finding>;
