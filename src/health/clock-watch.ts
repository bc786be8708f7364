import { existsSync } from 'node:fs';
import type { Part } from '../appliance/part.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { PartHealth } from './health.ts';

/** How often it looks while the time is not known, ms. */
const lookEveryMs = 1000;

export interface ClockWatchOptions {
  /** Whether the time of day has been set; undefined where the machine has a clock of its own. */
  readonly timeIsSet: (() => boolean) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
}

/**
 * Knows whether the time of day can be believed. A Raspberry Pi has no clock that goes on without
 * power: it starts with the time at which it was last on, until a time server tells it the right one.
 */
export class ClockWatch implements Part {
  readonly name = 'clock';
  readonly #options: ClockWatchOptions;
  #timeIsKnown = true;
  #cancel: (() => void) | undefined;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  /** Once it is, it stays so until the next start. */
  get timeIsKnown(): boolean {
    return this.#timeIsKnown;
  }

  /** Looks at once, so that the first event has a time or is known to have none. */
  start(): void {
    const { timeIsSet, log, health } = this.#options;
    if (!timeIsSet || timeIsSet()) {
      health.ok('set');
      return;
    }
    this.#timeIsKnown = false;
    health.ok('not set yet: events bear no time until a time server has answered');
    log.warn('the time is not known: events bear none until a time server has answered');
    this.#lookAgain(timeIsSet);
  }

  stop(): void {
    this.#cancel?.();
  }

  #lookAgain(timeIsSet: () => boolean): void {
    const { clock, log, health } = this.#options;
    this.#cancel = clock.schedule(lookEveryMs, () => {
      if (!timeIsSet()) {
        this.#lookAgain(timeIsSet);
        return;
      }
      this.#timeIsKnown = true;
      health.ok('set');
      log.info(`the time is known: ${clock.now().toISOString()}`);
    });
  }
}

/** Where the machine tells of its clocks. */
const defaultPaths = {
  clockOfItsOwn: '/dev/rtc0',
  /** There while systemd-timesyncd sets the clock (systemd-timesyncd.service(8), "Files"). */
  timeService: '/run/systemd/timesync',
};

/** Whether the machine kept the time while it had no power, or a time server has told it since. */
export function timeIsSet({ clockOfItsOwn, timeService } = defaultPaths): boolean {
  if (existsSync(clockOfItsOwn) || !existsSync(timeService)) return true;
  return existsSync(`${timeService}/synchronized`);
}
