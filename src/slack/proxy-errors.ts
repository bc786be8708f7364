/** The web proxy refused to connect. */
export class ProxyRefusal extends Error {
  readonly status: number;
  /** The sign-in schemes it offers, such as `Basic`. */
  readonly offers: readonly string[];

  constructor(status: number, offers: readonly string[]) {
    super(`the web proxy answered HTTP ${status}`);
    this.status = status;
    this.offers = offers;
  }
}

/** The web proxy could not be reached, or its answer makes no sense. */
export class ProxyTrouble extends Error {
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message);
    this.cause = cause;
  }
}
