import type { Clock } from './clock.ts';
import type { RetryPauses } from './retry-pauses.ts';

export interface OpenAndRetryOptions<Opened> {
  /** Opens it, or rejects with the reason why it can't be opened now. */
  readonly open: () => Promise<Opened>;
  readonly close: (opened: Opened) => void | Promise<void>;
  readonly onOpen: (opened: Opened) => void;
  /** Called with each failure, except after `stop`. */
  readonly onFailure: (error: unknown) => void;
  /**
   * Whether it is what was wanted; a substitute is used while the attempts continue. Default: yes.
   */
  readonly isWanted?: (opened: Opened) => boolean;
  readonly clock: Clock;
  readonly retry: RetryPauses;
}

/**
 * Keeps something open (a port, pins), and retries with growing pauses while it can't be opened.
 */
export class OpenAndRetry<Opened> {
  readonly #options: OpenAndRetryOptions<Opened>;
  #opened: { readonly it: Opened } | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: OpenAndRetryOptions<Opened>) {
    this.#options = options;
  }

  /** What is open; undefined if nothing is. */
  get opened(): Opened | undefined {
    return this.#opened?.it;
  }

  /** Resolves when it is open, or when the first attempt has failed and others will follow. */
  async start(): Promise<void> {
    const { open, close, onOpen, isWanted, retry } = this.#options;
    void this.#close();
    try {
      const it = await open();
      if (this.#stopped) {
        await close(it);
        return;
      }
      this.#opened = { it };
      if (isWanted?.(it) ?? true) retry.reset();
      else this.#tryLater();
      onOpen(it);
    } catch (error) {
      this.failed(error);
    }
  }

  /** It no longer works: closes it and tries again. */
  failed(error: unknown): void {
    if (this.#stopped) return;
    void this.#close();
    this.#options.onFailure(error);
    this.#tryLater();
  }

  /** Closes it permanently; closing has started before this returns. Resolves when it is closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    await this.#close();
  }

  #tryLater(): void {
    const { clock, retry } = this.#options;
    this.#cancelRetry?.();
    this.#cancelRetry = clock.schedule(retry.next(), () => void this.start());
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened) await this.#options.close(opened.it);
  }
}
