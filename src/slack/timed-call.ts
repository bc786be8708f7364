/** A call that took too long. */
export class NoAnswer extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

export type CallResult<Value> =
  | { readonly failed: false; readonly value: Value }
  | {
      readonly failed: true;
      readonly error: unknown;
      /** Set if the call timed out. */
      readonly cutOff?: NoAnswer;
    };

/** Makes one call at a time, with a time limit from the first byte to the last. */
export class TimedCalls {
  readonly #timeoutMs: number;
  #call = new AbortController();

  /** @param timeoutMs how long one call may take, ms */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Aborts the current call. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** Aborts the current call. */
  abort(): void {
    this.#call.abort();
  }

  /** Never rejects. */
  async run<Value>(call: () => Promise<Value>): Promise<CallResult<Value>> {
    const controller = new AbortController();
    this.#call = controller;
    const cutOff = new NoAnswer(this.#timeoutMs);
    const timer = setTimeout(() => controller.abort(cutOff), this.#timeoutMs);
    try {
      return { failed: false, value: await call() };
    } catch (error) {
      return controller.signal.reason === cutOff
        ? { failed: true, error, cutOff }
        : { failed: true, error: controller.signal.reason ?? error };
    } finally {
      clearTimeout(timer);
    }
  }
}
