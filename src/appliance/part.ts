import type { FaultName } from '../../hardware/fault-codes.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { PartHealth } from '../health/health.ts';
import type { Metric } from '../health/metrics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';

/** What is known about a part without running it. */
export interface PartDescription {
  /** Its name in `/healthz`, `/api/status`, `/metrics` and the log. */
  readonly name: string;
  /** Its name on the page. */
  readonly label: string;
  /** What the red light shows for a fault of this part that needs attention. */
  readonly faultCode?: FaultName;
  /** The namespace of the database that it loads when it starts. */
  readonly stores?: string;
}

/** What a part reports on request. */
export interface Reports {
  readonly metrics?: readonly Metric[];
  /** Returns the keys it adds to `/api/status`. */
  status?(): object;
}

/**
 * One part of the appliance. Creating it starts nothing. What is switched off is a part as well: it
 * reports that to its health, with the reason.
 */
export interface Part<Name extends string = string> extends Reports {
  readonly name: Name;
  /**
   * Resolves once it works. An external fault, such as a port in use, doesn't reject: the part reports
   * it to its health and tries again later.
   */
  start?(): void | Promise<void>;
  /** Gets every event through an inbox, which opens when the part has started. */
  readonly sink?: Pick<Sink, 'name' | 'accept' | 'flush'>;
  /** Stops accepting events. Called on every part before the first of them stops. */
  stopTaking?(): void | Promise<void>;
  /** Finishes what was accepted and releases everything, before `deadline` aborts. */
  stop?(deadline: AbortSignal): void | Promise<void>;
}

/** What a part works with, created for it by its name. */
export interface PartTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Creates a part that consists of a sink. */
export function sinkPart<Name extends string>(
  name: Name,
  sink: Sink,
  reports: Reports = {},
): Part<Name> {
  return {
    name,
    sink,
    start: () => sink.start(),
    stop: (deadline) => sink.stop(deadline),
    ...reports,
  };
}

/** Creates a part that is switched off in the configuration. */
export function offPart<Name extends string>(
  name: Name,
  health: PartHealth,
  reason: string,
  reports: Reports = {},
): Part<Name> {
  health.off(reason);
  return { name, ...reports };
}
