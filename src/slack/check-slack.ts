import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { CheckInput } from '../health/check.ts';
import { type Finding, ok } from '../health/finding.ts';
import { type CredentialSources, readCredentials, slackCredentialSources } from './credentials.ts';
import type { Environment } from './find-proxy.ts';
import { composeTestMessage } from './message.ts';
import type { Failure } from './post-outcome.ts';
import { defaultSlackChannel, type SlackSettings } from './settings.ts';
import type { SlackChannel, SlackClient, SlackIdentity } from './slack-client.ts';
import { findWay, type WayToSlack } from './way-to-slack.ts';
import { WebhookClient } from './webhook-client.ts';

export interface CheckSlackOptions {
  readonly config: Pick<SlackSettings, 'loginNotificationChannel' | 'apiUrl'> &
    Partial<Pick<SlackSettings, 'proxy' | 'caFile'>>;
  /** Where the token or the webhook may be. */
  readonly token: CredentialSources;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are read from. */
  readonly environment?: Environment;
  /** Whether to post a test message: nothing else proves that messages arrive. */
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

/** Checks whether events can be posted, if Slack is enabled. */
export async function* checkConfiguredSlack({
  config: { slackConfig },
  environment,
  post,
}: CheckInput<{ readonly slackConfig: SlackSettings }>): AsyncGenerator<Finding> {
  if (!slackConfig.enable) {
    yield ok('Slack', 'off (Butler.slackConfig.enable is false)');
    return;
  }
  yield* await checkSlack({
    config: slackConfig,
    token: slackCredentialSources(slackConfig, environment),
    environment,
    post,
    hostName: hostname(),
  });
}

/**
 * Checks the connection to Slack, token or webhook, permissions and channel. Never rejects; posts
 * only if asked to.
 */
export async function checkSlack(options: CheckSlackOptions): Promise<Finding[]> {
  const { config, environment = {} } = options;
  const credentials = await readCredentials(options.token);
  const isWebhook = credentials.kind === 'webhook';
  const target = new URL(isWebhook ? credentials.webhookUrl : config.apiUrl);
  const results = isWebhook ? [] : checkAddress(config.apiUrl);
  const found = await findWay({ ...config, environment }, target);
  if (found.kind === 'permanent') {
    results.push(check('Slack connection', 'fault', found.message, found.remedy));
  }
  const way = found.kind === 'found' ? found.open() : undefined;
  if (way) results.push(...describeWay(way, config.caFile));
  if (credentials.kind === 'problem') {
    return [...results, check('Slack token', 'fault', credentials.problem, credentials.remedy)];
  }
  if (credentials.kind === 'token' && credentials.unusedWebhook !== undefined) {
    const text = `both a token and a webhook are set (${credentials.unusedWebhook}); using the token`;
    results.push(check('Slack webhook', 'ok', text));
  }
  const secret = isWebhook ? 'webhook' : 'token';
  results.push(...(await checkSecretFile(secret, credentials.file)));
  if (!way) return results;
  try {
    const findings =
      credentials.kind === 'webhook'
        ? await checkWebhook(credentials, options, way)
        : await checkToken(credentials, options, way);
    return [...results, ...findings];
  } finally {
    way.agent?.destroy();
  }
}

/** The web proxy and extra certificates on the way to Slack, if any. */
function describeWay({ proxy, hasOwnAuthorities }: WayToSlack, caFile = ''): Finding[] {
  const findings: Finding[] = [];
  if (proxy) {
    findings.push(
      check('Slack connection', 'ok', `through the web proxy ${proxy.name} (${proxy.from})`),
    );
  }
  if (hasOwnAuthorities) {
    findings.push(
      check('Slack connection', 'ok', `certificates from ${caFile} are trusted as well`),
    );
  }
  return findings;
}

async function checkWebhook(
  { webhookUrl, from }: { readonly webhookUrl: string; readonly from: string },
  { config, hostName, post, timeoutMs = 10_000 }: CheckSlackOptions,
  way: WayToSlack,
): Promise<Finding[]> {
  const name = 'Slack webhook';
  const defaultChannel = defaultSlackChannel;
  const client = new WebhookClient({ url: webhookUrl, timeoutMs, defaultChannel, way });
  const found = await client.probe();
  const results: Finding[] = [];
  if (found === 'there') results.push(check(name, 'ok', `from ${from}; Slack accepts it`));
  else if (found === 'unsure') {
    results.push(
      check(
        name,
        'warn',
        `from ${from}; can't tell without posting whether it accepts messages`,
        'Run the check with --post to send a test message',
      ),
    );
  } else return [failed(name, `the webhook from ${from}`, found)];
  if (!post) return results;
  const outcome = await client.post(config.loginNotificationChannel, composeTestMessage(hostName));
  results.push(
    outcome.kind === 'delivered'
      ? check('Slack message', 'ok', 'posted a test message through the webhook')
      : failed('Slack message', 'a test message through the webhook', outcome),
  );
  return results;
}

async function checkToken(
  { token, from }: { readonly token: string; readonly from: string },
  { config, hostName, post, timeoutMs = 10_000 }: CheckSlackOptions,
  way: WayToSlack,
): Promise<Finding[]> {
  const channel = config.loginNotificationChannel;
  // Load Slack's SDK only when needed: loading takes a while on a Pi.
  const { SlackClient } = await import('./slack-client.ts');
  const client = new SlackClient({ token, apiUrl: config.apiUrl, timeoutMs, way });
  const identity = await client.identify();
  if ('kind' in identity) return [failed('Slack token', `the token from ${from}`, identity)];
  const results = [
    check(
      'Slack token',
      'ok',
      `from ${from}; it belongs to ${identity.botName} in ${identity.workspace}`,
    ),
    checkScopes(identity),
    await checkChannel(client, identity, channel),
  ];
  if (post) {
    const outcome = await client.post(channel, composeTestMessage(hostName));
    results.push(
      outcome.kind === 'delivered'
        ? check('Slack message', 'ok', `posted a test message to ${channel}`)
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

/** A token that every user of the machine can read doesn't stay secret. */
async function checkSecretFile(
  secret: 'token' | 'webhook',
  file: string | undefined,
): Promise<Finding[]> {
  if (file === undefined) return [];
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0) return [];
  return [
    check(
      `Slack ${secret} file`,
      'warn',
      `every user of this machine can read ${file}`,
      `Run: chmod o= ${file}`,
    ),
  ];
}

function checkScopes({ scopes }: SlackIdentity): Finding {
  const name = 'Slack permissions';
  if (scopes.length === 0) {
    return check(
      name,
      'warn',
      "Slack did not report the token's permissions",
      'Run the check with --post to send a test message',
    );
  }
  if (scopes.some((scope) => scope.startsWith('chat:write'))) {
    return check(name, 'ok', `the token is allowed to post (${scopes.join(', ')})`);
  }
  return check(
    name,
    'fault',
    `the token isn't allowed to post (it has ${scopes.join(', ')})`,
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
      `can't tell without posting whether ${channel} accepts messages: ${why}`,
      'Run the check with --post to send a test message',
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
    return unknown(`${botName} is not a member and can post only in public channels`);
  }
  if (!seesPrivate) {
    return check(
      name,
      'warn',
      `${botName} is not a member of a public channel ${channel} and can't see private channels`,
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

/** Slack accepts a channel's id, its name, or its name with a leading hash. */
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
        `could not check ${what} with Slack: ${failure.reason}`,
        failure.remedy ?? 'Check the network, then try again; events are kept until then',
      );
    case 'rate-limited':
      return check(
        name,
        'warn',
        `Slack asked to wait ${failure.retryAfterMs / 1000} s`,
        'Wait, then try again',
      );
    case 'message-refused':
      return check(
        name,
        'fault',
        `Slack refused ${what} (${failure.code})`,
        'This is a bug in Blinky: please report it',
      );
  }
}
