import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whyUnreadable } from '../../unreadable-file.ts';

/** Where the token may be, most important first. */
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
      /** Where it was found, in words. */
      readonly from: string;
      /** The file, when it was in one. */
      readonly file?: string;
    }
  | { readonly token?: undefined; readonly problem: string; readonly remedy: string };

/** The name of the systemd credential. */
const credentialName = 'slack-token';

/** Reads the token anew. Never rejects; a token that can't be one is a problem, too. */
export async function readToken(sources: TokenSources): Promise<TokenResult> {
  const { tokenFile, credentialsDirectory, environmentToken } = sources;
  if (tokenFile) return await fromFile(tokenFile, 'the file of Butler.slackConfig.tokenFile');
  if (credentialsDirectory) {
    const file = join(credentialsDirectory, credentialName);
    const result = await fromFile(file, `the systemd credential ${credentialName}`);
    if (result.token !== undefined || !environmentToken) return result;
  }
  if (environmentToken) return judge(environmentToken, 'the variable SLACK_BOT_TOKEN');
  return {
    problem: 'there is no Slack token',
    remedy:
      'Put the Bot User OAuth Token (it begins xoxb-) into a file and name it in Butler.slackConfig.tokenFile',
  };
}

async function fromFile(file: string, from: string): Promise<TokenResult> {
  try {
    const result = judge(await readFile(file, 'utf8'), `${from} (${file})`);
    return result.token === undefined ? result : { ...result, file };
  } catch (error) {
    return {
      problem: `${from} (${file}) ${whyUnreadable(error)}`,
      remedy: 'Put the Bot User OAuth Token (it begins xoxb-) there, readable by this user',
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
  return {
    problem: token ? `what is in ${from} is no Slack bot token` : `${from} is empty`,
    remedy:
      'Copy the Bot User OAuth Token (it begins xoxb-) from your app at https://api.slack.com/apps, page OAuth & Permissions',
  };
}
