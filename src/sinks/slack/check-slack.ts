import { stat } from 'node:fs/promises';
import type { Finding } from '../../check/finding.ts';
import type { Config } from '../../config/schema.ts';
import { composeTestMessage } from './message.ts';
import {
  type Failure,
  type SlackChannel,
  SlackClient,
  type SlackIdentity,
} from './slack-client.ts';
import { readToken, type TokenSources } from './token.ts';

export interface CheckSlackOptions {
  readonly config: Pick<Config['slackConfig'], 'loginNotificationChannel' | 'apiUrl'>;
  readonly token: TokenSources;
  /** Whether to post a test message, the only proof that messages arrive. */
  readonly post: boolean;
  /** For the test message. */
  readonly hostName: string;
  /** How long one call may take, ms. */
  readonly timeoutMs?: number;
}

const check = (
  name: string,
  result: Finding['result'],
  text: string,
  remedy?: string,
): Finding => ({ name, result, text, ...(remedy !== undefined && { remedy }) });

/** Looks whether token, permissions and channel would do. Never rejects; posts only when asked. */
export async function checkSlack(options: CheckSlackOptions): Promise<Finding[]> {
  const { config, hostName, post, timeoutMs = 10_000 } = options;
  const channel = config.loginNotificationChannel;
  const address = checkAddress(config.apiUrl);
  const token = await readToken(options.token);
  if (token.token === undefined) {
    return [...address, check('Slack token', 'fault', token.problem, token.remedy)];
  }
  const results = [...address, ...(await checkTokenFile(token.file))];
  const client = new SlackClient({ token: token.token, apiUrl: config.apiUrl, timeoutMs });

  const identity = await client.identify();
  if ('kind' in identity) {
    return [...results, failed('Slack token', `the token from ${token.from}`, identity)];
  }
  results.push(
    check(
      'Slack token',
      'ok',
      `from ${token.from}; it belongs to ${identity.botName} in ${identity.workspace}`,
    ),
    checkScopes(identity),
    await checkChannel(client, identity, channel),
  );
  if (post) {
    const outcome = await client.post(channel, composeTestMessage(hostName));
    results.push(
      outcome.kind === 'delivered'
        ? check('Slack message', 'ok', `a test message was posted to ${channel}`)
        : failed('Slack message', `a test message to ${channel}`, outcome),
    );
  }
  return results;
}

function checkAddress(apiUrl: string): Finding[] {
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return [];
  return [
    check(
      'Slack address',
      'warn',
      `the token would go to ${apiUrl} unencrypted`,
      'Set Butler.slackConfig.apiUrl to https://slack.com/api/, or leave it out',
    ),
  ];
}

/** A token that anybody on the machine can read is soon no secret. */
async function checkTokenFile(file: string | undefined): Promise<Finding[]> {
  if (file === undefined) return [];
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0) return [];
  return [
    check(
      'Slack token file',
      'warn',
      `every user of this machine may read ${file}`,
      `chmod o= ${file}`,
    ),
  ];
}

function checkScopes({ scopes }: SlackIdentity): Finding {
  const name = 'Slack permissions';
  if (scopes.length === 0) {
    return check(
      name,
      'warn',
      'Slack does not say what the token may do',
      'Run the check with --post: a test message shows it',
    );
  }
  if (scopes.some((scope) => scope.startsWith('chat:write'))) {
    return check(name, 'ok', `the token may post (${scopes.join(', ')})`);
  }
  return check(
    name,
    'fault',
    `the token may not post (it has ${scopes.join(', ')})`,
    'At https://api.slack.com/apps choose your app, OAuth & Permissions, add chat:write under Bot Token Scopes, then Reinstall to Workspace',
  );
}

async function checkChannel(
  client: SlackClient,
  { botName, scopes }: SlackIdentity,
  channel: string,
): Promise<Finding> {
  const name = 'Slack channel';
  const unknown = (why: string) =>
    check(
      name,
      'warn',
      `whether ${channel} takes messages can not be known without posting: ${why}`,
      'Run the check with --post: a test message shows it',
    );
  if (!scopes.includes('channels:read')) return unknown('the token lacks channels:read');
  const seesPrivate = scopes.includes('groups:read');
  const memberships = await client.memberships(seesPrivate);
  if ('kind' in memberships) return failed(name, 'the list of channels', memberships);

  const found = memberships.find((known) => isSame(known, channel));
  if (found?.archived) {
    return check(
      name,
      'fault',
      `the channel ${channel} is archived`,
      'In Slack, open the channel, click its name, Settings, Unarchive channel',
    );
  }
  if (found) return check(name, 'ok', `${botName} is a member of ${channel}`);
  if (scopes.includes('chat:write.public')) {
    return unknown(`${botName} is not a member, and may post in public channels only`);
  }
  if (!seesPrivate) {
    return check(
      name,
      'warn',
      `${botName} is not a member of a public channel ${channel}; private ones it can not see`,
      `In Slack, open the channel and type /invite @${botName}`,
    );
  }
  return check(
    name,
    'fault',
    `${botName} is not a member of ${channel}`,
    `Check Butler.slackConfig.loginNotificationChannel; in Slack, open the channel and type /invite @${botName}`,
  );
}

/** Slack takes a channel by its id, its name, or its name behind a hash. */
function isSame(known: SlackChannel, wanted: string): boolean {
  return known.id === wanted || known.name === wanted.replace(/^#/, '');
}

function failed(name: string, what: string, failure: Failure): Finding {
  switch (failure.kind) {
    case 'permanent':
      return check(name, 'fault', failure.message, failure.remedy);
    case 'transient':
      return check(
        name,
        'fault',
        `Slack can not be asked about ${what}: ${failure.reason}`,
        'Check the network, then try again; events are kept meanwhile',
      );
    case 'rate-limited':
      return check(
        name,
        'warn',
        `Slack asks to wait ${failure.retryAfterMs / 1000} s`,
        'Try again then',
      );
    case 'message-refused':
      return check(name, 'fault', `Slack refused ${what} (${failure.code})`, 'Please report this');
  }
}
