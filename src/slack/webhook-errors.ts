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
  'At https://api.slack.com/apps choose your app, Incoming Webhooks, Add New Webhook to Workspace, and replace the old URL with the new one';
const askAdmin = 'Ask an administrator of the Slack workspace to let the webhook post there';
const checkChannel =
  'Check Butler.slackConfig.loginNotificationChannel; set it to "" to use the channel that the webhook was created for';

/**
 * Slack's errors that last until a person acts; webhooks answer with just the word
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors").
 */
const permanent: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  no_service: ['Slack does not recognize the webhook, or it was removed', newWebhook],
  no_service_id: ['Slack does not recognize the webhook', newWebhook],
  no_active_hooks: ['the Slack webhook was switched off', newWebhook],
  no_team: ["Slack does not recognize the webhook's workspace", newWebhook],
  team_disabled: ["the webhook's Slack workspace was removed", newWebhook],
  invalid_token: ['Slack does not recognize the webhook', newWebhook],
  channel_not_found: ["the webhook can't find the channel", checkChannel],
  user_not_found: ["the webhook can't find the user", checkChannel],
  channel_is_archived: [
    "the webhook's Slack channel is archived",
    'In Slack, open the channel, click its name, Settings, Unarchive channel; or create a webhook for another channel',
  ],
  action_prohibited: ['the workspace does not let the webhook post', askAdmin],
  posting_to_general_channel_denied: [
    "the webhook isn't allowed to post in this channel",
    askAdmin,
  ],
};

/** The status a gateway answers with when its own time limit ends (RFC 9110, section 15.5.9). */
const requestTimeout = 408;

/** How servers that answer with JSON report a failure. */
const saysNo = /"(?:ok|success)"\s*:\s*false/;

/**
 * Whether the message was accepted. Slack answers with the word `ok`; from other servers, any
 * success that isn't a web page counts.
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
    return { kind: 'transient', reason: `the webhook's server reported an error (HTTP ${status})` };
  }
  if (isHtml(body) || status < 400) return notTheWebhook(status);
  const known = isCode && Object.hasOwn(permanent, code) ? permanent[code] : undefined;
  if (known) return lasting(`${known[0]} (${code})`, known[1]);
  if (isCode) {
    const meaning = meaningOfError(code, 'the channel of the webhook');
    return meaning.kind === 'message' ? { kind: 'message-refused', code } : meaning;
  }
  return lasting(
    `the webhook rejects messages (HTTP ${status})`,
    "Check the URL of the webhook; if it isn't a Slack webhook, check the log of its server",
  );
}

const lasting = (message: string, remedy: string): PermanentFailure => ({
  kind: 'permanent',
  message,
  remedy,
});

/** Slack labels even its one-word answers as HTML. */
const isHtml = (body: string): boolean => /^\s*</.test(body);

const notTheWebhook = (status: number): Failure => ({
  kind: 'transient',
  reason: `something other than the webhook answered (HTTP ${status}): possibly a proxy or a network login page`,
});
