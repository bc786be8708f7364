import type { Part } from '../appliance/part.ts';
import type { PartHealth } from '../health/health.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';

export interface ButtonHandlers {
  readonly clock: Clock;
  readonly onPress: () => void;
  readonly onHold: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface ButtonOptions {
  /** Opens the hardware's button; undefined where the configuration wants none. */
  readonly open: ((handlers: ButtonHandlers) => Promise<{ close(): void }>) | undefined;
  /** A short press. */
  readonly onPress: () => void;
  /** Held down for long. May throw an error that says why nothing comes of it. */
  readonly onHold: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** The button on the case, if there is one: a press tests the lamps, a hold shuts the Pi down. */
export class Button implements Part {
  readonly name = 'button';
  readonly #options: ButtonOptions;
  #opened: { close(): void } | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: ButtonOptions) {
    this.#options = options;
  }

  /** Resolves when the button works, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    const { open, clock, health, retry, onPress } = this.#options;
    if (!open) {
      health.off('Butler.lightConfig.button.enable is false');
      return;
    }
    try {
      const opened = await open({
        clock,
        onPress,
        onHold: () => this.#held(),
        onFailure: (error) => this.#failed(error),
      });
      if (this.#stopped) opened.close();
      else this.#opened = opened;
      health.ok();
      retry.reset();
    } catch (error) {
      this.#failed(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#opened?.close();
    this.#opened = undefined;
  }

  #held(): void {
    const { log, onHold } = this.#options;
    log.info('held down: shutting down');
    try {
      onHold();
    } catch (error) {
      log.warn(`can't shut down: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #failed(error: unknown): void {
    if (this.#stopped) return;
    const { health, clock, retry } = this.#options;
    this.#opened?.close();
    this.#opened = undefined;
    const known = error instanceof Error && 'remedy' in error ? String(error.remedy) : undefined;
    health.fault({
      message: `the button can't be read: ${error instanceof Error ? error.message : String(error)}`,
      remedy: known ?? 'Check its wiring; it is tried again',
      needsPerson: true,
    });
    this.#cancelRetry?.();
    this.#cancelRetry = clock.schedule(retry.next(), () => void this.start());
  }
}
