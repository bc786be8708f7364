import type { Log } from '../platform/log.ts';
import type { Credentials } from './credentials.ts';
import type { SlackMessage } from './message.ts';
import type { PermanentFailure, PostOutcome } from './post-outcome.ts';
import { SlackClient } from './slack-client.ts';
import type { FoundWay, WayToSlack } from './way-to-slack.ts';
import { WebhookClient } from './webhook-client.ts';

export interface SlackAccountOptions {
  readonly channel: string;
  /** What the settings say where nobody named a channel. */
  readonly defaultChannel: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly readCredentials: () => Promise<Credentials>;
  readonly findWay: (target: URL) => Promise<FoundWay | PermanentFailure>;
  readonly log: Log;
}

interface OpenAccount {
  readonly kind: 'open';
  readonly client: SlackClient | WebhookClient;
  readonly way: WayToSlack;
  /** What the health says while all is well: `posting …`. */
  readonly manner: string;
}

/**
 * Token or webhook, the channel, and the way there. All of it is read again after every lasting
 * failure, so that a repaired file works without a restart.
 */
export class SlackAccount {
  readonly #options: SlackAccountOptions;
  #open: OpenAccount | undefined;
  /** What was found at the last reading. */
  #found: string | undefined;
  #logged = '';

  constructor(options: SlackAccountOptions) {
    this.#options = options;
  }

  /** Where it posts, in words: `to CHANNEL`, or `by webhook`. */
  get manner(): string {
    return this.#open?.manner ?? `to ${this.#options.channel}`;
  }

  /**
   * Posts one message. Never rejects.
   * @param plainly without blocks, for a Slack that refuses them
   */
  async post(message: SlackMessage, plainly: boolean): Promise<PostOutcome> {
    const account = this.#open ?? (await this.#read());
    if (account.kind === 'permanent') return account;
    const outcome = await account.client.post(this.#options.channel, message, plainly);
    if (outcome.kind === 'permanent') this.#close();
    return outcome;
  }

  /** What keeps it from posting, as far as can be told without asking Slack. */
  async problem(): Promise<PermanentFailure | undefined> {
    const account = this.#open ?? (await this.#read());
    return account.kind === 'permanent' ? account : undefined;
  }

  /** Whether token, webhook or certificates are others than those that failed. */
  async hasChanged(): Promise<boolean> {
    const { findWay, readCredentials } = this.#options;
    const credentials = await readCredentials();
    const way = await findWay(this.#targetOf(credentials));
    return foundIn(credentials, way) !== this.#found;
  }

  /** Gives up the call under way. */
  abort(): void {
    this.#open?.client.abort();
  }

  #close(): void {
    this.#open?.way.agent?.destroy();
    this.#open = undefined;
  }

  async #read(): Promise<OpenAccount | PermanentFailure> {
    const { apiUrl, channel, defaultChannel, findWay, log, readCredentials, timeoutMs } =
      this.#options;
    const credentials = await readCredentials();
    const foundWay = await findWay(this.#targetOf(credentials));
    this.#found = foundIn(credentials, foundWay);
    if (credentials.kind === 'problem') {
      return { kind: 'permanent', message: credentials.problem, remedy: credentials.remedy };
    }
    if (foundWay.kind === 'permanent') return foundWay;
    const way = foundWay.open();
    this.#logOnce(credentials, way);
    this.#open =
      credentials.kind === 'token'
        ? {
            kind: 'open',
            client: new SlackClient({ token: credentials.token, apiUrl, timeoutMs, way, log }),
            way,
            manner: `to ${channel}`,
          }
        : {
            kind: 'open',
            client: new WebhookClient({
              url: credentials.webhookUrl,
              timeoutMs,
              defaultChannel,
              way,
              log,
            }),
            way,
            manner: 'by webhook',
          };
    return this.#open;
  }

  #targetOf(credentials: Credentials): URL {
    return new URL(credentials.kind === 'webhook' ? credentials.webhookUrl : this.#options.apiUrl);
  }

  /** Which of several it is that is used. */
  #logOnce(credentials: Exclude<Credentials, { kind: 'problem' }>, { proxy }: WayToSlack): void {
    const lines: string[] = [];
    if (credentials.kind === 'webhook')
      lines.push(`posting by the webhook from ${credentials.from}`);
    else if (credentials.unusedWebhook) {
      lines.push(
        `there are a token and a webhook (${credentials.unusedWebhook}); using the token from ${credentials.from}`,
      );
    }
    if (proxy) lines.push(`calling Slack through the web proxy ${proxy.name} (${proxy.from})`);
    const all = lines.join('\n');
    if (all === this.#logged) return;
    this.#logged = all;
    for (const line of lines) this.#options.log.info(line);
  }
}

function foundIn(credentials: Credentials, way: FoundWay | PermanentFailure): string {
  return JSON.stringify([credentials, way.kind === 'found' ? way.found : way.message]);
}
