import type { Log } from '../platform/log.ts';
import { failureOnTheWay } from './failure-on-the-way.ts';
import { httpCall } from './http-call.ts';
import { blocksOf, type SlackMessage } from './message.ts';
import type { Failure, PostOutcome } from './post-outcome.ts';
import { TimedCalls } from './timed-call.ts';
import { directWay, type WayToSlack } from './way-to-slack.ts';
import { failureOfAnswer, isTaken, type WebhookAnswer } from './webhook-errors.ts';

export interface WebhookClientOptions {
  readonly url: string;
  /** How long one call may take from the first byte to the last, ms. */
  readonly timeoutMs: number;
  /** The channel in the settings if the user named none. */
  readonly defaultChannel: string;
  /** Undefined: a direct connection. */
  readonly way?: WayToSlack;
  /** Logs what is posted. */
  readonly log?: Log;
}

/** Slack's answers to a message without content if the webhook exists: nothing is posted. */
const emptyMessageCodes: ReadonlySet<string> = new Set([
  'no_text',
  'missing_text_or_fallback_or_attachments',
  'invalid_payload',
]);

/**
 * Posts to an incoming webhook, one call at a time, once each. Only old webhooks (custom
 * integrations) and servers other than Slack use the channel; a Slack app's webhook has a fixed
 * one.
 */
export class WebhookClient {
  readonly #options: WebhookClientOptions;
  readonly #calls: TimedCalls;
  readonly #isSlack: boolean;
  #leaveOutChannel = false;

  constructor(options: WebhookClientOptions) {
    this.#options = options;
    this.#calls = new TimedCalls(options.timeoutMs);
    this.#isSlack = /(?:^|\.)slack(?:-gov)?\.com$/.test(new URL(options.url).hostname);
  }

  /**
   * Posts one message. Never rejects.
   * @param channel empty: the webhook's own
   */
  async post(channel: string, message: SlackMessage, plainly = false): Promise<PostOutcome> {
    const wanted = this.#leaveOutChannel ? '' : channel;
    const answer = await this.#send({
      ...(wanted && { channel: wanted }),
      text: message.text,
      ...(!plainly && { blocks: JSON.parse(blocksOf(message)) }),
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
    });
    if ('kind' in answer) return answer;
    if (isTaken(answer, this.#isSlack)) return { kind: 'delivered' };
    // The user didn't ask for this channel, so the webhook's own is right.
    if (wanted && wanted === this.#options.defaultChannel && refusesChannel(answer)) {
      this.#leaveOutChannel = true;
      return await this.post(channel, message, plainly);
    }
    return failureOfAnswer(answer);
  }

  /** Checks whether the webhook exists, without posting. `unsure`: can't be known. */
  async probe(): Promise<'there' | 'unsure' | Failure> {
    const answer = await this.#send({ text: '' });
    if ('kind' in answer) return answer;
    if (emptyMessageCodes.has(answer.body.trim())) return 'there';
    if (answer.status === 400 || isTaken(answer, this.#isSlack)) return 'unsure';
    return failureOfAnswer(answer);
  }

  /** Aborts the current call. */
  abort(): void {
    this.#calls.abort();
  }

  async #send(content: object): Promise<WebhookAnswer | Failure> {
    const { url, way = directWay } = this.#options;
    const body = JSON.stringify(content);
    // Without the URL: anyone who knows it can post.
    this.#options.log?.silly?.(`webhook ${body}`);
    const result = await this.#calls.run(() =>
      httpCall(
        url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'content-length': String(Buffer.byteLength(body)),
          },
          body,
        },
        this.#calls.signal,
        way,
      ),
    );
    if (result.failed) return failureOnTheWay(result, way, new URL(url));
    const { status, headers } = result.value;
    const retryAfter = headers.get('retry-after') ?? '';
    return {
      status,
      body: (await result.value.text()).slice(0, 1000),
      retryAfterS: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
    };
  }
}

const refusesChannel = ({ status, body }: WebhookAnswer): boolean =>
  status >= 400 && status < 500 && /channel/i.test(body) && !/archived/i.test(body);
