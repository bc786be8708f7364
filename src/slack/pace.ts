/** How fast the delivery goes, ms. */
export interface Pace {
  /** From Slack's answer to the next message. */
  readonly gapMs: number;
  /** Between tries while only a person can help: at first, and at last. */
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
  /** Between looks at token, webhook and certificates meanwhile. */
  readonly credentialsLookMs: number;
  /** After so long, what should pass by itself needs a person who can do something about it. */
  readonly patienceMs: number;
}

/**
 * Slack takes "generally one message per second per channel"
 * (https://docs.slack.dev/apis/web-api/rate-limits); a tenth more is for clocks that differ.
 */
export const slackPace: Pace = {
  gapMs: 1100,
  firstProbeMs: 30_000,
  longestProbeMs: 300_000,
  credentialsLookMs: 5000,
  patienceMs: 3_600_000,
};
