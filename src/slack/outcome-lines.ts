import type { Log } from '../platform/log.ts';
import type { Failure, PostOutcome } from './post-outcome.ts';
import type { SlackEvent } from './slack-event.ts';

/** Logs for each event whether the message it was part of has been posted. */
export function logOutcome(
  { debug }: Log,
  entries: readonly { readonly item: SlackEvent }[],
  outcome: PostOutcome,
): void {
  if (!debug) return;
  const words =
    outcome.kind === 'delivered'
      ? 'posted'
      : `not posted: ${reasonOf(outcome)}; it stays in the queue`;
  for (const { item } of entries)
    debug(`${item.id ?? 'an event from before the restart'} ${words}`);
}

function reasonOf(failure: Failure): string {
  switch (failure.kind) {
    case 'rate-limited':
      return `Slack asked to wait ${failure.retryAfterMs / 1000} s`;
    case 'transient':
      return failure.reason;
    case 'message-refused':
      return `Slack rejected the format of the message (${failure.code})`;
    case 'permanent':
      return failure.message;
  }
}
