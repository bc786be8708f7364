import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, whyUnreadable } from '../platform/errors.ts';
import { tidyWebhookUrl, webhookProblem } from './webhook-url.ts';

/** Where the token may be, in order of precedence. */
export interface TokenSources {
  /** `Butler.slackConfig.tokenFile`, or empty. */
  readonly tokenFile: string;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5), `LoadCredential=`). */
  readonly credentialsDirectory?: string | undefined;
  /** `$SLACK_BOT_TOKEN`. */
  readonly environmentToken?: string | undefined;
}

export type TokenResult =
  | {
      readonly token: string;
      /** Where it was found, as shown in messages. */
      readonly from: string;
      /** The file, if it was in one. */
      readonly file?: string;
    }
  /** The URL of a webhook where the token belongs. */
  | {
      readonly token?: undefined;
      readonly webhookUrl: string;
      readonly from: string;
      readonly file?: string;
    }
  | {
      readonly token?: undefined;
      readonly webhookUrl?: undefined;
      readonly problem: string;
      readonly remedy: string;
      /** No token is set anywhere. */
      readonly isMissing?: true;
    };

/** The name of the systemd credential. */
const credentialName = 'slack-token';

const tokenRemedy =
  'Put the Bot User OAuth Token (it begins xoxb-) into a file and set Butler.slackConfig.tokenFile to its path';

/**
 * Reads the token again. Never rejects; text that can't be a token is a problem, too. A webhook's
 * URL is accepted, since people put that there as well.
 */
export async function readToken(sources: TokenSources): Promise<TokenResult> {
  const { tokenFile, credentialsDirectory, environmentToken } = sources;
  if (tokenFile) return await fromFile(tokenFile, 'the file of Butler.slackConfig.tokenFile');
  if (credentialsDirectory) {
    const file = join(credentialsDirectory, credentialName);
    const result = await fromFile(file, `the systemd credential ${credentialName}`, true);
    if (!('problem' in result) || !environmentToken) return result;
  }
  if (environmentToken) return judge(environmentToken, 'the variable SLACK_BOT_TOKEN');
  return { problem: 'no Slack token is set', remedy: tokenRemedy, isMissing: true };
}

async function fromFile(file: string, from: string, mayBeMissing = false): Promise<TokenResult> {
  try {
    const result = judge(await readFile(file, 'utf8'), `${from} (${file})`);
    return 'problem' in result ? result : { ...result, file };
  } catch (error) {
    return {
      problem: `${from} (${file}) ${whyUnreadable(error)}`,
      remedy: 'Put the Bot User OAuth Token (it begins xoxb-) there, readable by this user',
      ...(mayBeMissing && isMissing(error) && { isMissing: true }),
    };
  }
}

/** Bot tokens begin `xoxb-`, or `xoxe.xoxb-` where they are rotated ("Tokens", docs.slack.dev). */
export function isBotToken(text: string): boolean {
  return /^(?:xoxe\.)?xox[bp]-[\w-]+$/.test(text);
}

function judge(text: string, from: string): TokenResult {
  const token = text.trim();
  if (isBotToken(token)) return { token, from };
  const webhookUrl = tidyWebhookUrl(token);
  if (/^https?:/i.test(webhookUrl) && webhookProblem(webhookUrl) === undefined) {
    return { webhookUrl, from };
  }
  return {
    problem: token ? `${from} does not contain a Slack bot token` : `${from} is empty`,
    remedy:
      'Copy the Bot User OAuth Token (it begins xoxb-) from your app at https://api.slack.com/apps, page OAuth & Permissions',
  };
}
