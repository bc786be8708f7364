import {
  LogLevel,
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { httpCall } from './http-call.ts';
import type { SlackMessage } from './message.ts';
import { meaningOf, reasonOnTheWay } from './slack-errors.ts';

/** What became of a message. */
export type PostOutcome =
  | { readonly kind: 'delivered' }
  /** Slack says how long to wait, ms. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** Passes by itself. Slack may have posted the message none the less. */
  | { readonly kind: 'transient'; readonly reason: string }
  /** Slack dislikes this very message. */
  | { readonly kind: 'message-refused'; readonly code: string }
  /** Lasts until a person acts. */
  | PermanentFailure;

export interface PermanentFailure {
  readonly kind: 'permanent';
  readonly message: string;
  /** What to click, and where. */
  readonly remedy: string;
}

export type Failure = Exclude<PostOutcome, { kind: 'delivered' }>;

export interface SlackClientOptions {
  readonly token: string;
  /** Ends with a slash: `https://slack.com/api/`. */
  readonly apiUrl: string;
  /** How long one call may take from the first byte to the last, ms. */
  readonly timeoutMs: number;
}

/** Whom the token belongs to, and what it may do. */
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

/** Pages of a thousand channels; nobody invites a bot into more. */
const mostPages = 5;

/** The library would log whole requests, with the names of users in them. */
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
 * Calls Slack, one call at a time, each once: no retry and no waiting is left to the library, whose
 * own would last for half an hour and mix up the order.
 */
export class SlackClient {
  readonly #options: SlackClientOptions;
  readonly #client: WebClient;
  /** Cuts off the call under way, its body included; the library's own limit stands in its place. */
  #call = new AbortController();

  constructor(options: SlackClientOptions) {
    this.#options = options;
    this.#client = new WebClient(options.token, {
      slackApiUrl: options.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      maxRequestConcurrency: 1,
      allowAbsoluteUrls: false,
      logger: silentLogger,
      fetch: (url, init) => httpCall(url, init ?? {}, this.#call.signal),
    });
  }

  /** Posts one message. Never rejects. */
  async post(channel: string, message: SlackMessage, plainly = false): Promise<PostOutcome> {
    const result = await this.#limited(() =>
      this.#client.apiCall('chat.postMessage', {
        channel,
        text: message.text,
        ...(!plainly && { blocks: blocksOf(message) }),
        mrkdwn: false,
        parse: 'none',
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    return result.failed ? failureOf(result.error, channel) : { kind: 'delivered' };
  }

  /** Asks who the token's owner is; the answer's headers say what it may do. */
  async identify(): Promise<SlackIdentity | Failure> {
    const result = await this.#limited(() => this.#client.auth.test());
    if (result.failed) return failureOf(result.error, '');
    const { team, user, response_metadata } = result.value;
    return {
      workspace: team ?? 'an unnamed workspace',
      botName: user ?? 'an unnamed bot',
      scopes: response_metadata?.scopes ?? [],
    };
  }

  /** The channels that the bot is a member of, as far as it may see them. */
  async memberships(withPrivate: boolean): Promise<readonly SlackChannel[] | Failure> {
    const channels: SlackChannel[] = [];
    let cursor = '';
    for (let page = 0; page < mostPages; page += 1) {
      const result = await this.#limited(() =>
        this.#client.users.conversations({
          types: withPrivate ? 'public_channel,private_channel' : 'public_channel',
          limit: 1000,
          ...(cursor && { cursor }),
        }),
      );
      if (result.failed) return failureOf(result.error, '');
      for (const { id = '', name = '', is_archived = false } of result.value.channels ?? []) {
        channels.push({ id, name, archived: is_archived });
      }
      cursor = result.value.response_metadata?.next_cursor ?? '';
      if (!cursor) break;
    }
    return channels;
  }

  /** Gives up the call under way. */
  abort(): void {
    this.#call.abort();
  }

  async #limited<Value extends WebAPICallResult>(
    call: () => Promise<Value>,
  ): Promise<{ failed: false; value: Value } | { failed: true; error: unknown }> {
    const { timeoutMs } = this.#options;
    const controller = new AbortController();
    this.#call = controller;
    const timer = setTimeout(() => controller.abort(new NoAnswer(timeoutMs)), timeoutMs);
    try {
      return { failed: false, value: await call() };
    } catch (error) {
      return { failed: true, error: controller.signal.reason ?? error };
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * As text, which is how Slack takes them: the library would copy each element and write it out
 * twice more, for a log that is off.
 */
const blocksOf = ({ richText }: SlackMessage): string =>
  JSON.stringify([
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: richText }] },
  ]);

class NoAnswer extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

/** Sorts what the library throws (@slack/web-api 8.2); not all of it is an error of its own. */
function failureOf(error: unknown, channel: string): Failure {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'rate-limited', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error instanceof WebAPIPlatformError) return refusal(error, channel);
  if (error instanceof WebAPIHTTPError) {
    return transient(
      error.statusCode >= 500
        ? `Slack has a fault of its own (HTTP ${error.statusCode})`
        : `something other than Slack answered (HTTP ${error.statusCode}): a proxy, or a wrong apiUrl?`,
    );
  }
  if (error instanceof WebAPIRequestError) return transient(reasonOf(error.original));
  return transient(reasonOf(error));
}

/** An answer with `"ok": false`. */
function refusal({ data }: WebAPIPlatformError, channel: string): Failure {
  const code = String(data.error);
  const meaning = meaningOf(code, channel);
  if (meaning.kind === 'message') return { kind: 'message-refused', code };
  const retryAfter = data.response_metadata?.retryAfter;
  return meaning.kind === 'transient' && retryAfter !== undefined
    ? { kind: 'rate-limited', retryAfterMs: retryAfter * 1000 }
    : meaning;
}

const transient = (reason: string): Failure => ({ kind: 'transient', reason });

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return shortened(String(error));
  if (error instanceof NoAnswer) return error.message;
  if ('code' in error && typeof error.code === 'string') return reasonOnTheWay(error.code);
  // What the library makes of HTTP 429 without Retry-After.
  if (error.message.startsWith('Retry header')) {
    return 'Slack takes no more messages for the moment, and does not say for how long';
  }
  return shortened(error.message);
}

/** A stranger's page may stand in an error. */
const shortened = (text: string): string => text.slice(0, 200);
