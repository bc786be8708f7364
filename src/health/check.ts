import type { Finding } from './finding.ts';
import type { RunningAppliance } from './running-appliance.ts';

/** What a check may look at. */
export interface CheckInput<Config> {
  /** Of the configuration the sections that it needs. */
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Whether to post a test message, where that is the only proof. */
  readonly post: boolean;
  /** Asks the person at the terminal; undefined where nobody is to be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** The appliance that already runs on this machine; its page is asked once for all checks. */
  readonly running: () => Promise<RunningAppliance | undefined>;
}

/**
 * Looks at what a user could have wrong about one part, and explains how to fix it. It leaves
 * everything as it was.
 */
export type Check<Config> = (input: CheckInput<Config>) => AsyncIterable<Finding>;
