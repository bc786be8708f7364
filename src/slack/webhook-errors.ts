import type { Failure, PermanentFailure } from './post-outcome.ts';
import { meaningOfError, noMoreForNow } from './slack-errors.ts';

/** What a webhook answered. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
  /** `Retry-After`, s; undefined where there is none, or a date. */
  readonly retryAfterS: number | undefined;
}

const newWebhook =
  'At https://api.slack.com/apps choose your app, Incoming Webhooks, Add New Webhook to Workspace, and put its URL in the place of the old one';
const askAdmin = 'Ask an administrator of the Slack workspace to let the webhook post there';
const checkChannel =
  'Check Butler.slackConfig.loginNotificationChannel; set it to "" for the channel that the webhook was made for';

/**
 * Slack's errors that last until a person acts; webhooks answer with the bare word
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors").
 */
const permanent: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  no_service: ['Slack does not know the webhook, or it was removed', newWebhook],
  no_service_id: ['Slack does not know the webhook', newWebhook],
  no_active_hooks: ['the Slack webhook was switched off', newWebhook],
  no_team: ['Slack does not know the workspace of the webhook', newWebhook],
  team_disabled: ['the Slack workspace of the webhook was removed', newWebhook],
  invalid_token: ['Slack does not know the webhook', newWebhook],
  channel_not_found: ['the webhook finds no such channel', checkChannel],
  user_not_found: ['the webhook finds no such user', checkChannel],
  channel_is_archived: [
    'the Slack channel of the webhook is archived',
    'In Slack, open the channel, click its name, Settings, Unarchive channel; or make a webhook for another channel',
  ],
  action_prohibited: ['the workspace does not let the webhook post', askAdmin],
  posting_to_general_channel_denied: ['the webhook may not post in this channel', askAdmin],
};

/** What a gateway in between answers when its own patience ends (RFC 9110, section 15.5.9). */
const requestTimeout = 408;

/** How servers that answer with JSON say no. */
const saysNo = /"(?:ok|success)"\s*:\s*false/;

/**
 * Whether the answer says that the message was taken. Slack's is the word `ok`; of other servers any
 * success will do that is no web page.
 */
export function isTaken({ status, body }: WebhookAnswer, isSlack: boolean): boolean {
  if (status < 200 || status > 299) return false;
  return body.trim() === 'ok' || (!isSlack && !isHtml(body) && !saysNo.test(body));
}

/** What any other answer means. */
export function failureOfAnswer(answer: WebhookAnswer): Failure {
  const { status, body, retryAfterS } = answer;
  const code = body.trim();
  const isCode = /^\w{1,80}$/.test(code);
  if (status === 429) {
    if (retryAfterS !== undefined)
      return { kind: 'rate-limited', retryAfterMs: retryAfterS * 1000 };
    const meaning = meaningOfError(code, '');
    return isCode && meaning.kind === 'transient' ? meaning : noMoreForNow;
  }
  if (status >= 500 || status === requestTimeout) {
    return { kind: 'transient', reason: `the webhook's server has a fault (HTTP ${status})` };
  }
  if (isHtml(body) || status < 400) return notTheWebhook(status);
  const known = isCode && Object.hasOwn(permanent, code) ? permanent[code] : undefined;
  if (known) return lasting(`${known[0]} (${code})`, known[1]);
  if (isCode) {
    const meaning = meaningOfError(code, 'the channel of the webhook');
    return meaning.kind === 'message' ? { kind: 'message-refused', code } : meaning;
  }
  return lasting(
    `the webhook refuses messages (HTTP ${status})`,
    'Check the URL of the webhook; where it is not from Slack, look into the log of its server',
  );
}

const lasting = (message: string, remedy: string): PermanentFailure => ({
  kind: 'permanent',
  message,
  remedy,
});

/** Slack calls the bare words of its answers HTML, too. */
const isHtml = (body: string): boolean => /^\s*</.test(body);

const notTheWebhook = (status: number): Failure => ({
  kind: 'transient',
  reason: `something other than the webhook answered (HTTP ${status}): a proxy, or the login page of a network?`,
});
