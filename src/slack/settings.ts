import {
  type Contradiction,
  flag,
  httpUrl,
  type Settings,
  secret,
  section,
  text,
} from '../config/fields.ts';
import { users } from '../config/users-field.ts';
import { webProxy } from './web-proxy.ts';
import { webhookAllowed, webhookProblem } from './webhook-url.ts';

/** Butler's default name for the channel. */
export const defaultSlackChannel = 'sense-user-activity';

interface WebhookSettings {
  readonly enable: boolean;
  readonly webhookURL: string;
  readonly webhookFile: string;
}

/** What is wrong with the webhook settings, if Slack is enabled. */
function webhookMistakes({ enable, webhookURL, webhookFile }: WebhookSettings): Contradiction[] {
  if (!enable || webhookURL === '') return [];
  const found = webhookProblem(webhookURL);
  if (found !== undefined) return [{ path: ['webhookURL'], found, allowed: webhookAllowed }];
  if (webhookFile === '') return [];
  const allowed = 'nothing, since webhookURL is set too; keep one of them';
  return [{ path: ['webhookFile'], found: 'a file', allowed }];
}

/** `Butler.slackConfig`. */
export const slackConfig = section(
  {
    enable: flag(false).describe('Post events to Slack.'),
    loginNotificationChannel: text(defaultSlackChannel, 'the name or id of a channel').describe(
      'The channel to post to. An incoming webhook posts to its own channel.',
    ),
    tokenFile: text('', 'the path of a file').describe(
      'File with the bot token. Without it: the systemd credential `slack-token`, then the variable `SLACK_BOT_TOKEN`.',
    ),
    webhookURL: secret(text('', webhookAllowed)).describe(
      'An incoming webhook, in place of a token.',
    ),
    webhookFile: text('', 'the path of a file').describe(
      'File with the address of the webhook, in place of webhookURL.',
    ),
    apiUrl: httpUrl('https://slack.com/api/').describe('The address of Slack’s API.'),
    proxy: webProxy().describe('The web proxy through which to reach Slack.'),
    caFile: text('', 'the path of a certificate (PEM or DER)').describe(
      'Certificate of your company’s CA, if the network inspects TLS.',
    ),
    excludeUser: users().describe('Users whose events are not posted to Slack.'),
  },
  webhookMistakes,
).describe('Messages in Slack.');
export type SlackSettings = Settings<typeof slackConfig>;
