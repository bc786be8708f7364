import { webhookAllowed, webhookProblem } from './webhook-url.ts';

/** Butler's own name for the channel. */
export const defaultSlackChannel = 'sense-user-activity';

interface WebhookSettings {
  readonly enable: boolean;
  readonly webhookURL: string;
  readonly webhookFile: string;
}

/** What is wrong with the webhook, while Slack is used at all. */
export function webhookMistakes({ enable, webhookURL, webhookFile }: WebhookSettings) {
  if (!enable || webhookURL === '') return [];
  const path = ['slackConfig', 'webhookURL'];
  const found = webhookProblem(webhookURL);
  if (found !== undefined) return [{ path, found, allowed: webhookAllowed }];
  if (webhookFile === '') return [];
  const allowed = 'nothing, since webhookURL is set too; keep one of them';
  return [{ path: ['slackConfig', 'webhookFile'], found: 'a file', allowed }];
}
