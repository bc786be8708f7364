import {
  LogLevel,
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Log } from '../platform/log.ts';
import { failureOnTheWay } from './failure-on-the-way.ts';
import { httpCall } from './http-call.ts';
import { blocksOf, type SlackMessage } from './message.ts';
import type { Failure, PostOutcome } from './post-outcome.ts';
import { meaningOfError, noMoreForNow, notSlack } from './slack-errors.ts';
import { type CallResult, TimedCalls } from './timed-call.ts';
import { directWay, type WayToSlack } from './way-to-slack.ts';

export interface SlackClientOptions {
  readonly token: string;
  /** Ends with a slash: `https://slack.com/api/`. */
  readonly apiUrl: string;
  /** How long one call may take from the first byte to the last, ms. */
  readonly timeoutMs: number;
  /** Undefined: a direct connection. */
  readonly way?: WayToSlack;
  /** Logs what is posted. */
  readonly log?: Log;
}

/** Whose token it is, and what it permits. */
export interface SlackIdentity {
  readonly workspace: string;
  readonly botName: string;
  readonly scopes: readonly string[];
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
}

/** Pages of a thousand channels; no bot is invited into more. */
const mostPages = 5;

/** The library would log whole requests, including the names of users. */
const silentLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/**
 * Calls Slack, one call at a time, once each. The library neither retries nor waits: its retries
 * would last half an hour and mix up the order.
 */
export class SlackClient {
  readonly #options: SlackClientOptions;
  readonly #client: WebClient;
  /**
   * Aborts the current call, even while its body is read, which the library's own timeout doesn't.
   */
  readonly #calls: TimedCalls;

  constructor(options: SlackClientOptions) {
    const { way = directWay } = options;
    this.#options = options;
    this.#calls = new TimedCalls(options.timeoutMs);
    this.#client = new WebClient(options.token, {
      slackApiUrl: options.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      maxRequestConcurrency: 1,
      allowAbsoluteUrls: false,
      logger: silentLogger,
      fetch: (url, init) => httpCall(url, init ?? {}, this.#calls.signal, way),
    });
  }

  /** Posts one message. Never rejects. */
  async post(channel: string, message: SlackMessage, plainly = false): Promise<PostOutcome> {
    const content = {
      channel,
      text: message.text,
      ...(!plainly && { blocks: blocksOf(message) }),
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
    };
    this.#options.log?.silly?.(`chat.postMessage ${JSON.stringify(content)}`);
    const result = await this.#calls.run(() => this.#client.apiCall('chat.postMessage', content));
    return result.failed ? this.#failureOf(result, channel) : { kind: 'delivered' };
  }

  /** Asks who owns the token; the answer's headers list its permissions. */
  async identify(): Promise<SlackIdentity | Failure> {
    const result = await this.#calls.run(() => this.#client.auth.test());
    if (result.failed) return this.#failureOf(result, '');
    const { team, user, response_metadata } = result.value;
    return {
      workspace: team ?? 'an unnamed workspace',
      botName: user ?? 'an unnamed bot',
      scopes: response_metadata?.scopes ?? [],
    };
  }

  /** The channels that the bot is a member of, as far as it can see them. */
  async memberships(withPrivate: boolean): Promise<readonly SlackChannel[] | Failure> {
    const channels: SlackChannel[] = [];
    let cursor = '';
    for (let page = 0; page < mostPages; page += 1) {
      const result = await this.#calls.run(() =>
        this.#client.users.conversations({
          types: withPrivate ? 'public_channel,private_channel' : 'public_channel',
          limit: 1000,
          ...(cursor && { cursor }),
        }),
      );
      if (result.failed) return this.#failureOf(result, '');
      for (const { id = '', name = '', is_archived = false } of result.value.channels ?? []) {
        channels.push({ id, name, archived: is_archived });
      }
      cursor = result.value.response_metadata?.next_cursor ?? '';
      if (!cursor) break;
    }
    return channels;
  }

  /** Aborts the current call. */
  abort(): void {
    this.#calls.abort();
  }

  /**
   * Classifies what the library throws (@slack/web-api 8.2); not all of it is an error of the
   * library.
   */
  #failureOf(
    result: Extract<CallResult<WebAPICallResult>, { failed: true }>,
    channel: string,
  ): Failure {
    const { error, cutOff } = result;
    const { apiUrl, way = directWay } = this.#options;
    if (error instanceof WebAPIRateLimitedError) {
      return { kind: 'rate-limited', retryAfterMs: error.retryAfter * 1000 };
    }
    if (error instanceof WebAPIPlatformError && !cutOff) return refusal(error, channel);
    if (error instanceof WebAPIHTTPError) {
      return error.statusCode >= 500
        ? transient(`Slack reported an internal error (HTTP ${error.statusCode})`)
        : notSlack(error.statusCode, 'apiUrl');
    }
    // How the library reports HTTP 429 without Retry-After.
    if (error instanceof Error && error.message.startsWith('Retry header')) return noMoreForNow;
    const original = error instanceof WebAPIRequestError ? error.original : error;
    return failureOnTheWay({ ...result, error: original }, way, new URL(apiUrl));
  }
}

/** An answer with `"ok": false`. */
function refusal({ data }: WebAPIPlatformError, channel: string): Failure {
  const code = String(data.error);
  const meaning = meaningOfError(code, channel);
  if (meaning.kind === 'message') return { kind: 'message-refused', code };
  const retryAfter = data.response_metadata?.retryAfter;
  return meaning.kind === 'transient' && retryAfter !== undefined
    ? { kind: 'rate-limited', retryAfterMs: retryAfter * 1000 }
    : meaning;
}

const transient = (reason: string): Failure => ({ kind: 'transient', reason });
