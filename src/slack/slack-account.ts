import type { Log } from '../platform/log.ts';
import type { Credentials } from './credentials.ts';
import type { SlackMessage } from './message.ts';
import type { PermanentFailure, PostOutcome } from './post-outcome.ts';
import { SlackClient } from './slack-client.ts';
import type { FoundWay, WayToSlack } from './way-to-slack.ts';
import { WebhookClient } from './webhook-client.ts';

export interface SlackAccountOptions {
  readonly channel: string;
  /** The channel in the settings if the user named none. */
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
  /** What the health text says while everything works: `posting …`. */
  readonly manner: string;
}

/**
 * The token or webhook, the channel, and the route to Slack. All of it is read again after every
 * permanent failure, so that a corrected file takes effect without a restart.
 */
export class SlackAccount {
  readonly #options: SlackAccountOptions;
  #open: OpenAccount | undefined;
  /** What the last reading found. */
  #found: string | undefined;
  #logged = '';

  constructor(options: SlackAccountOptions) {
    this.#options = options;
  }

  /** Where it posts, as shown in messages: `to CHANNEL`, or `through a webhook`. */
  get manner(): string {
    return this.#open?.manner ?? `to ${this.#options.channel}`;
  }

  /**
   * Posts one message. Never rejects.
   * @param plainly without blocks, for when Slack rejects them
   */
  async post(message: SlackMessage, plainly: boolean): Promise<PostOutcome> {
    const account = this.#open ?? (await this.#read());
    if (account.kind === 'permanent') return account;
    const outcome = await account.client.post(this.#options.channel, message, plainly);
    if (outcome.kind === 'permanent') this.#close();
    return outcome;
  }

  /** What prevents posting, as far as this is known without asking Slack. */
  async problem(): Promise<PermanentFailure | undefined> {
    const account = this.#open ?? (await this.#read());
    return account.kind === 'permanent' ? account : undefined;
  }

  /** Whether token, webhook or certificates differ from those that failed. */
  async hasChanged(): Promise<boolean> {
    const { findWay, readCredentials } = this.#options;
    const credentials = await readCredentials();
    const way = await findWay(this.#targetOf(credentials));
    return foundIn(credentials, way) !== this.#found;
  }

  /** Aborts the current call. */
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
            manner: 'through a webhook',
          };
    return this.#open;
  }

  #targetOf(credentials: Credentials): URL {
    return new URL(credentials.kind === 'webhook' ? credentials.webhookUrl : this.#options.apiUrl);
  }

  /** Logs which credentials and which proxy are used. */
  #logOnce(credentials: Exclude<Credentials, { kind: 'problem' }>, { proxy }: WayToSlack): void {
    const lines: string[] = [];
    if (credentials.kind === 'webhook')
      lines.push(`posting through the webhook from ${credentials.from}`);
    else if (credentials.unusedWebhook) {
      lines.push(
        `both a token and a webhook are set (${credentials.unusedWebhook}); using the token from ${credentials.from}`,
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
