import type { Log } from '../platform/log.ts';
import type { Failure, PostOutcome } from './post-outcome.ts';
import type { SlackEvent } from './slack-event.ts';

/** Says of each event what became of the message that it was in. */
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
  for (const { item } of entries) debug(`${item.id ?? 'an event from before'} ${words}`);
}

function reasonOf(failure: Failure): string {
  switch (failure.kind) {
    case 'rate-limited':
      return `Slack asks to wait ${failure.retryAfterMs / 1000} s`;
    case 'transient':
      return failure.reason;
    case 'message-refused':
      return `Slack refuses the form of the message (${failure.code})`;
    case 'permanent':
      return failure.message;
  }
}
