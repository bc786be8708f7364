import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, whyUnreadable } from '../platform/errors.ts';
import type { SlackSettings } from './settings.ts';
import { readToken, type TokenSources } from './token.ts';
import { tidyWebhookUrl, webhookAllowed, webhookProblem } from './webhook-url.ts';

/** Where the token or the webhook may be; a token is used first. */
export interface CredentialSources extends TokenSources {
  /** `Butler.slackConfig.webhookURL`, or empty. */
  readonly webhookURL?: string;
  /** `Butler.slackConfig.webhookFile`, or empty. */
  readonly webhookFile?: string;
  /** `$SLACK_WEBHOOK_URL`. */
  readonly environmentWebhook?: string | undefined;
}

/** Where to look: the configuration, systemd, the environment. */
export function slackCredentialSources(
  {
    tokenFile,
    webhookURL,
    webhookFile,
  }: Pick<SlackSettings, 'tokenFile' | 'webhookURL' | 'webhookFile'>,
  environment: Readonly<Record<string, string | undefined>>,
): CredentialSources {
  return {
    tokenFile,
    webhookURL,
    webhookFile,
    credentialsDirectory: environment['CREDENTIALS_DIRECTORY'],
    environmentToken: environment['SLACK_BOT_TOKEN'],
    environmentWebhook: environment['SLACK_WEBHOOK_URL'],
  };
}

export interface TokenFound {
  readonly kind: 'token';
  readonly token: string;
  /** Where it was found, as shown in messages. */
  readonly from: string;
  /** The file, if it was in one. */
  readonly file?: string;
  /** Where an unused webhook was found, as shown in messages. */
  readonly unusedWebhook?: string;
}

export interface WebhookFound {
  readonly kind: 'webhook';
  readonly webhookUrl: string;
  readonly from: string;
  readonly file?: string;
}

export interface CredentialsProblem {
  readonly kind: 'problem';
  readonly problem: string;
  readonly remedy: string;
}

export type Credentials = TokenFound | WebhookFound | CredentialsProblem;

/** The name of the systemd credential. */
const credentialName = 'slack-webhook';
const remedy = `Put ${webhookAllowed} there`;

/** Reads the token or webhook again. Never rejects. */
export async function readCredentials(sources: CredentialSources): Promise<Credentials> {
  const token = await readToken(sources);
  const fileOf = ({ file }: { file?: string }) => (file === undefined ? {} : { file });
  if (token.token !== undefined) {
    const { from } = token;
    const webhook = await readWebhook(sources);
    return {
      kind: 'token',
      token: token.token,
      from,
      ...fileOf(token),
      ...(webhook?.kind === 'webhook' && { unusedWebhook: webhook.from }),
    };
  }
  if (token.webhookUrl !== undefined) {
    const { webhookUrl, from } = token;
    return { kind: 'webhook', webhookUrl, from, ...fileOf(token) };
  }
  const webhook = token.isMissing ? await readWebhook(sources) : undefined;
  return (
    webhook ?? {
      kind: 'problem',
      problem: token.problem,
      remedy: token.isMissing
        ? `${token.remedy}; or set Butler.slackConfig.webhookURL to the URL of an incoming webhook`
        : token.remedy,
    }
  );
}

async function readWebhook(
  sources: CredentialSources,
): Promise<WebhookFound | CredentialsProblem | undefined> {
  const { webhookURL, webhookFile, credentialsDirectory, environmentWebhook } = sources;
  if (webhookURL) return judge(webhookURL, 'Butler.slackConfig.webhookURL');
  if (webhookFile) {
    return await fromFile(webhookFile, 'the file of Butler.slackConfig.webhookFile');
  }
  if (credentialsDirectory) {
    const file = join(credentialsDirectory, credentialName);
    const found = await fromFile(file, `the systemd credential ${credentialName}`, true);
    if (found) return found;
  }
  return environmentWebhook
    ? judge(environmentWebhook, 'the variable SLACK_WEBHOOK_URL')
    : undefined;
}

async function fromFile(
  file: string,
  from: string,
  mayBeMissing = false,
): Promise<WebhookFound | CredentialsProblem | undefined> {
  try {
    const found = judge(await readFile(file, 'utf8'), `${from} (${file})`);
    return found.kind === 'webhook' ? { ...found, file } : found;
  } catch (error) {
    if (mayBeMissing && isMissing(error)) return undefined;
    return { kind: 'problem', problem: `${from} (${file}) ${whyUnreadable(error)}`, remedy };
  }
}

function judge(text: string, from: string): WebhookFound | CredentialsProblem {
  const webhookUrl = tidyWebhookUrl(text);
  if (webhookUrl === '') return { kind: 'problem', problem: `${from} is empty`, remedy };
  const wrong = webhookProblem(webhookUrl);
  return wrong === undefined
    ? { kind: 'webhook', webhookUrl, from }
    : { kind: 'problem', problem: `${from} has ${wrong} instead of the URL of a webhook`, remedy };
}
