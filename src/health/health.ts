import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metric } from './metrics.ts';

/** The state of one part of the appliance. */
export interface PartStatus {
  /** `off`: by configuration; `starting`: not ready yet; `ok`: working; `fault`: see `message`. */
  readonly state: 'off' | 'starting' | 'ok' | 'fault';
  /** ISO 8601: since when. */
  readonly since: string;
  /** A description of the state. */
  readonly message: string;
  /** How to fix a fault. */
  readonly remedy?: string;
  /**
   * Whether somebody has to fix a fault; otherwise the part recovers by itself. The name is that of
   * the key in `/api/status`, which is public.
   */
  readonly needsPerson?: boolean;
}

export interface Fault {
  /** What is wrong; shown in the log, in `/healthz` and on the page. */
  readonly message: string;
  /** How to fix it. */
  readonly remedy: string;
  /** Whether somebody has to fix it; otherwise the part recovers by itself. */
  readonly needsAttention: boolean;
}

/** Longer messages are cut, characters. A configuration with a dozen mistakes needs 1,500. */
const longestMessage = 2000;

/** The frames of a stack trace (V8 writes each on a line of its own), and what follows them. */
const stackTrace = /\n\s+at [\s\S]*$/;

/**
 * Returns one line of bounded length. Messages are public, and may contain text from the operating
 * system, another broker or a library.
 */
function oneLine(text: string): string {
  const line = text.replace(stackTrace, '').replace(/\s+/g, ' ').trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line;
}

/** Where one part reports its state. Repeating the same report changes nothing. */
export interface PartHealth {
  readonly status: PartStatus;
  off(message: string): void;
  /** Reports that the part works. The end of a fault is logged once. */
  ok(message?: string): void;
  /** Reports that the part doesn't work. Logged once, and again only if the message changes. */
  fault(fault: Fault): void;
}

/** Collects the health of every part; `/healthz`, the page and the fault code read it. */
export class Health {
  readonly metrics: readonly Metric[] = [
    {
      type: 'gauge',
      name: 'blinky_part_up',
      help: 'Whether a part is working (1) or not (0)',
      label: 'part',
      readEach: () =>
        [...this.statuses()]
          .filter(([, { state }]) => state !== 'off')
          .map(([part, { state }]) => [part, state === 'ok' ? 1 : 0]),
    },
  ];
  readonly #parts = new Map<string, PartHealth>();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** The health of the part called `name`; created on first use. */
  part(name: string): PartHealth {
    const known = this.#parts.get(name);
    if (known) return known;
    const part = this.#createPart(name);
    this.#parts.set(name, part);
    return part;
  }

  /** Every part's status by name, in the order in which the parts were created. */
  statuses(): ReadonlyMap<string, PartStatus> {
    return new Map([...this.#parts].map(([name, part]) => [name, part.status]));
  }

  /** The parts that don't work now. */
  faults(): (PartStatus & { readonly part: string })[] {
    return [...this.statuses()]
      .filter(([, status]) => status.state === 'fault')
      .map(([part, status]) => ({ part, ...status }));
  }

  /** Calls `listener` after every change of any part's status. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #createPart(name: string): PartHealth {
    const log = this.#log.for(name);
    const since = () => this.#clock.now().toISOString();
    let status: PartStatus = { state: 'starting', since: since(), message: 'starting' };
    const change = (reported: Omit<PartStatus, 'since'>) => {
      const next = { ...reported, message: oneLine(reported.message) };
      const sameState = next.state === status.state;
      const sameWords = sameState && next.message === status.message;
      const sameRemedy = next.remedy === status.remedy && next.needsPerson === status.needsPerson;
      if (sameWords && sameRemedy) return;
      status = { ...next, since: sameState ? status.since : since() };
      for (const listener of this.#listeners) listener();
    };
    return {
      get status() {
        return status;
      },
      off: (message) => change({ state: 'off', message }),
      ok: (message = 'working') => {
        if (status.state === 'fault') log.info(`working again: ${message}`);
        change({ state: 'ok', message });
      },
      fault: ({ message, remedy, needsAttention }) => {
        const fault = {
          message: oneLine(message),
          remedy: oneLine(remedy),
          needsPerson: needsAttention,
        };
        const isNews = status.state !== 'fault' || status.message !== fault.message;
        if (isNews) log.error(`${fault.message}. ${fault.remedy}`);
        change({ state: 'fault', ...fault });
      },
    };
  }
}
