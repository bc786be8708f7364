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
    enable: flag(false),
    loginNotificationChannel: text(defaultSlackChannel, 'the name or id of a channel'),
    tokenFile: text('', 'the path of a file'),
    webhookURL: secret(text('', webhookAllowed)),
    webhookFile: text('', 'the path of a file'),
    apiUrl: httpUrl('https://slack.com/api/'),
    proxy: webProxy(),
    caFile: text('', 'the path of a certificate (PEM or DER)'),
    excludeUser: users(),
  },
  webhookMistakes,
);
export type SlackSettings = Settings<typeof slackConfig>;
