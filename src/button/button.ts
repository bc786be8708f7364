import type { Part } from '../appliance/part.ts';
import type { PartHealth } from '../health/health.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { OpenAndRetry } from '../platform/open-and-retry.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';

export interface ButtonHandlers {
  readonly clock: Clock;
  readonly onPress: () => void;
  readonly onHold: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface ButtonOptions {
  /** Opens the button; undefined if the configuration has it off. */
  readonly open: ((handlers: ButtonHandlers) => Promise<{ close(): void }>) | undefined;
  /** A short press. */
  readonly onPress: () => void;
  /** A long press. May throw an error that says why it has no effect. */
  readonly onHold: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** The button on the case: a short press tests the lamps, a long press shuts the Pi down. */
export class Button implements Part {
  readonly name = 'button';
  readonly #options: ButtonOptions;
  /** Undefined if the button is off. */
  readonly #button: OpenAndRetry<{ close(): void }> | undefined;

  constructor(options: ButtonOptions) {
    const { open, onPress, health, clock, retry } = options;
    this.#options = options;
    if (!open) return;
    const handlers = {
      clock,
      onPress,
      onHold: () => this.#held(),
      onFailure: (error: unknown) => this.#button?.failed(error),
    };
    this.#button = new OpenAndRetry({
      open: () => open(handlers),
      close: (button) => button.close(),
      onOpen: () => health.ok(),
      onFailure: (error) => this.#report(error),
      clock,
      retry,
    });
  }

  /** Resolves when the button works, or when the first try has failed and will be repeated. */
  async start(): Promise<void> {
    if (this.#button) await this.#button.start();
    else this.#options.health.off('Butler.lightConfig.button.enable is false');
  }

  async stop(): Promise<void> {
    await this.#button?.stop();
  }

  #held(): void {
    const { log, onHold } = this.#options;
    log.info('long press: shutting down');
    try {
      onHold();
    } catch (error) {
      log.warn(`can't shut down: ${messageOf(error)}`);
    }
  }

  #report(error: unknown): void {
    const known = error instanceof Error && 'remedy' in error ? String(error.remedy) : undefined;
    this.#options.health.fault({
      message: `can't read the button: ${messageOf(error)}`,
      remedy: known ?? 'Check the wiring of the button. Blinky keeps trying',
      needsAttention: true,
    });
  }
}
