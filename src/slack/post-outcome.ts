/** The result of posting a message. */
export type PostOutcome =
  | { readonly kind: 'delivered' }
  /** Slack says how long to wait, ms. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  | TransientFailure
  /** Slack rejects this particular message. */
  | { readonly kind: 'message-refused'; readonly code: string }
  /** Lasts until a person acts. */
  | PermanentFailure;

/** Passes by itself. Slack may have posted the message nevertheless. */
export interface TransientFailure {
  readonly kind: 'transient';
  readonly reason: string;
  /** What a person can do if it doesn't pass. */
  readonly remedy?: string;
  /** Slack accepts no more for now: the pauses grow longer, so as not to add load. */
  readonly isLimit?: true;
}

export interface PermanentFailure {
  readonly kind: 'permanent';
  readonly message: string;
  /** What to click, and where. */
  readonly remedy: string;
}

export type Failure = Exclude<PostOutcome, { kind: 'delivered' }>;
