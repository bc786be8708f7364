/** How fast messages are posted, ms. */
export interface Pace {
  /** From Slack's answer to the next message. */
  readonly gapMs: number;
  /** Between attempts while only a person can help: the first pause, and the longest. */
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
  /** Between checks of token, webhook and certificates during that time. */
  readonly credentialsLookMs: number;
  /**
   * After this time, a fault that should pass by itself is reported as one that needs attention.
   */
  readonly patienceMs: number;
}

/**
 * Slack accepts "generally one message per second per channel"
 * (https://docs.slack.dev/apis/web-api/rate-limits); the extra tenth allows for clocks that differ.
 */
export const slackPace: Pace = {
  gapMs: 1100,
  firstProbeMs: 30_000,
  longestProbeMs: 300_000,
  credentialsLookMs: 5000,
  patienceMs: 3_600_000,
};
