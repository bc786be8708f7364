import type { Destination, Load, Receivers } from '../load/load.ts';
import type { Programs } from '../programs.ts';

/** What a target may use. */
export interface Workshop {
  readonly programs: Programs;
  readonly load: Load;
  /** A stand-in for Slack, for who posts there. */
  readonly slack: { readonly apiUrl: string; readonly token: string };
  /** A new empty folder, gone when the benchmark ends. */
  temporaryFolder(): string;
}

/** A running target: it takes datagrams, and passes them on. */
export interface Target {
  readonly datagrams: Destination;
  /** Undefined: it is no broker. */
  readonly mqttPort?: number;
  /** When its first process was started, ns of the monotonic clock. */
  readonly startedNs: number;
  /** Its processes; those that they start belong to it too. */
  readonly pids: readonly number[];
  /** Resolves when it takes datagrams and subscribers. */
  readonly ready: Promise<void>;
  /** Receivers of its events; they need not be ready at once. */
  receivers(count: number): Receivers & { readonly ready: Promise<unknown> };
  stop(): Promise<void>;
}

export type TargetName = 'appliance' | 'peer' | 'counter' | 'bare';

/** A kind of target. */
export interface TargetKind {
  readonly name: TargetName;
  readonly title: string;
  /** Why it can't be measured here, and what to do about it. */
  readonly missing?: string;
  /** Starts it, and does not wait until it is ready. */
  launch(): Promise<Target>;
}
