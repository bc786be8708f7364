import { existsSync } from 'node:fs';
import type { Part } from '../appliance/part.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { PartHealth } from './health.ts';

/** How often it checks until the time is set, ms. */
const lookEveryMs = 1000;

export interface ClockWatchOptions {
  /** Whether the time of day has been set; undefined if the machine has its own clock. */
  readonly timeIsSet: (() => boolean) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
}

/**
 * Knows whether the time can be trusted. A Raspberry Pi has no clock that runs without power: it
 * starts with the time at which it was last on, until a time server sets it.
 */
export class ClockWatch implements Part {
  readonly name = 'clock';
  readonly #options: ClockWatchOptions;
  #timeIsKnown = true;
  #cancel: (() => void) | undefined;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  /** Once true, it stays true until the next start. */
  get timeIsKnown(): boolean {
    return this.#timeIsKnown;
  }

  /** Checks at once, so that the first event is marked if its time is unknown. */
  start(): void {
    const { timeIsSet, log, health } = this.#options;
    if (!timeIsSet || timeIsSet()) {
      health.ok('the time is set');
      return;
    }
    this.#timeIsKnown = false;
    health.ok('not set yet: events have no time until a time server responds');
    log.warn('the time is not set yet: events have no time until a time server responds');
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
      health.ok('the time is set');
      log.info(`the time is set: ${clock.now().toISOString()}`);
    });
  }
}

/** Where the machine shows its clocks. */
const defaultPaths = {
  clockOfItsOwn: '/dev/rtc0',
  /** Exists while systemd-timesyncd sets the clock (systemd-timesyncd.service(8), "Files"). */
  timeService: '/run/systemd/timesync',
};

/** Whether the machine kept the time while it was off, or a time server has set it since. */
export function timeIsSet({ clockOfItsOwn, timeService } = defaultPaths): boolean {
  if (existsSync(clockOfItsOwn) || !existsSync(timeService)) return true;
  return existsSync(`${timeService}/synchronized`);
}
