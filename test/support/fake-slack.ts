import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createEncryptedServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { answerWebhook, type FakeWebhookOptions } from './fake-webhook.ts';

/** What the stand-in does with the next calls, instead of answering as Slack would. */
export type SlackMood =
  | { readonly kind: 'well' }
  /** HTTP 429, with or without `Retry-After` in seconds. */
  | { readonly kind: 'rate-limited'; readonly retryAfterS?: number }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  /** One byte every 50 ms. */
  | { readonly kind: 'slow' }
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect' }
  /** `200 OK` and half a body, before or after the message was taken. */
  | { readonly kind: 'truncated'; readonly taken: boolean }
  /** HTTP 200 with `"ok": false`. */
  | { readonly kind: 'error'; readonly code: string }
  /** What a webhook answers, or a 429 with a body of its own. */
  | { readonly kind: 'words'; readonly status: number; readonly words: string };

export interface Post {
  readonly channel: string;
  readonly text: string;
  /** The rich text of the blocks as a reader sees it, dates by their fallback. */
  readonly shown: string;
  readonly atMs: number;
}

export interface FakeSlackOptions {
  readonly token?: string;
  /** Members of which channels the bot is; undefined: of any. */
  readonly channels?: readonly { id: string; name: string; is_archived?: boolean }[];
  readonly scopes?: readonly string[];
  /** Slack takes one message per channel in this time, ms; 1000 in life. */
  readonly intervalMs?: number;
  readonly webhook?: FakeWebhookOptions;
  /** Speaks TLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** So many messages may come at once before the rate counts ("short bursts are tolerated"). */
const burst = 3;
/** "Truncating really long messages" (2018): text is cut here, with a warning. */
const longestText = 40_000;
/** Block Kit's JSON is refused somewhere past this (msg_blocks_too_long). */
const longestBlocks = 13_000;

/** A local server that keeps Slack's rules for chat.postMessage, auth.test, users.conversations. */
export class FakeSlack {
  mood: SlackMood = { kind: 'well' };
  /** What was posted, in order. */
  readonly posts: Post[] = [];
  /** Every call, answered or not. */
  readonly calls: { readonly method: string; readonly atMs: number }[] = [];
  /** How many messages came faster than Slack allows. */
  tooFast = 0;
  token: string;
  channels: FakeSlackOptions['channels'];
  readonly #options: FakeSlackOptions;
  readonly #server;
  readonly #buckets = new Map<string, { messages: number; atMs: number }>();

  constructor(options: FakeSlackOptions) {
    this.#options = options;
    this.token = options.token ?? 'xoxb-stand-in';
    this.channels = options.channels;
    const serve = (request: IncomingMessage, response: ServerResponse) =>
      void this.#serve(request, response);
    this.#server = options.tls ? createEncryptedServer(options.tls, serve) : createServer(serve);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The URL of the one webhook that this Slack knows. */
  get webhookUrl(): string {
    return `http://127.0.0.1:${this.port}/services/T1/B1/secret`;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.port}/api/`;
  }

  /** Every line that was posted, in order, headings left out. */
  get lines(): string[] {
    return this.posts.flatMap(({ shown }) => shown.split('\n')).filter((line) => !isHeading(line));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Cuts every connection, those that hang included. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.url?.replace('/api/', '') ?? '';
    const body = await readBody(request);
    this.calls.push({ method, atMs: performance.now() });
    const { mood } = this;
    switch (mood.kind) {
      case 'well':
        if (method.startsWith('/services/')) return this.#answerWebhook(method, body, response);
        return this.#answer(response, this.#call(method, fieldsOf(request, body), request));
      case 'words':
        response.writeHead(mood.status, { 'content-type': 'text/html' }).end(mood.words);
        return;
      case 'rate-limited':
        return this.#limit(response, mood.retryAfterS);
      case 'http':
        response.writeHead(mood.status).end('out of order');
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'hang':
        return;
      case 'slow':
        return drip(response);
      case 'html':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(`<!DOCTYPE html><title>Guest network</title>${'<p>Log in</p>'.repeat(500)}`);
        return;
      case 'redirect':
        response.writeHead(302, { location: 'http://127.0.0.1:1/login' }).end();
        return;
      case 'truncated':
        if (mood.taken) this.#call(method, fieldsOf(request, body), request);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 });
        response.write('{"ok":true,"chan', () => request.socket.destroy());
        return;
      case 'error':
        return this.#answer(response, { ok: false, error: mood.code });
    }
  }

  #call(method: string, fields: Fields, request: IncomingMessage): Answer {
    const bearer = request.headers.authorization?.replace('Bearer ', '');
    if (!bearer) return { ok: false, error: 'not_authed' };
    if (bearer !== this.token) return { ok: false, error: 'invalid_auth' };
    switch (method) {
      case 'auth.test':
        return { ok: true, team: 'Laboratory', user: 'blinky', user_id: 'U1', bot_id: 'B1' };
      case 'users.conversations':
        return { ok: true, channels: this.channels ?? [] };
      case 'chat.postMessage':
        return this.#post(fields);
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  #post(fields: Fields): Answer {
    const { channel = '', text = '' } = fields;
    const known = this.channels?.find(({ id, name }) => id === channel || name === channel);
    if (this.channels && !known) return { ok: false, error: 'channel_not_found' };
    if (known?.is_archived) return { ok: false, error: 'is_archived' };
    if (!text && !fields['blocks']) return { ok: false, error: 'no_text' };
    if ((fields['blocks'] ?? '').length > longestBlocks) {
      return { ok: false, error: 'msg_blocks_too_long' };
    }
    const shown = shownBy(fields['blocks']);
    if (shown === undefined) return { ok: false, error: 'invalid_blocks' };
    const now = performance.now();
    if (!this.#takeTurn(channel, now)) {
      this.tooFast += 1;
      return { limited: true };
    }
    this.posts.push({ channel, text: text.slice(0, longestText), shown, atMs: now });
    const warnings = text.length > longestText ? ['message_truncated'] : [];
    return { ok: true, channel, ts: `${this.posts.length}.0`, response_metadata: { warnings } };
  }

  #answerWebhook(path: string, body: string, response: ServerResponse): void {
    const answer = answerWebhook(path, body, this.#options.webhook);
    if ('post' in answer) {
      const { channel, text, blocks } = answer.post;
      const shown = shownBy(blocks);
      const now = performance.now();
      if (!this.#takeTurn(channel, now)) {
        this.tooFast += 1;
        this.#limit(response, 1);
        return;
      }
      this.posts.push({ channel, text, shown: shown ?? '', atMs: now });
    }
    // Slack's webhooks call their one-word answers HTML.
    response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.words);
  }

  /** A bucket that holds a short burst and fills by one message an interval. */
  #takeTurn(channel: string, now: number): boolean {
    const { intervalMs = 1000 } = this.#options;
    const bucket = this.#buckets.get(channel) ?? { messages: burst, atMs: now };
    const messages = Math.min(burst, bucket.messages + (now - bucket.atMs) / intervalMs);
    const allowed = messages >= 1;
    this.#buckets.set(channel, { messages: allowed ? messages - 1 : messages, atMs: now });
    return allowed;
  }

  #answer(response: ServerResponse, answer: Answer): void {
    if ('limited' in answer) {
      this.#limit(response, 1);
      return;
    }
    const scopes = this.#options.scopes ?? ['chat:write', 'channels:read'];
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'x-oauth-scopes': scopes.join(','),
    });
    response.end(JSON.stringify(answer));
  }

  #limit(response: ServerResponse, retryAfterS: number | undefined): void {
    response.writeHead(429, {
      'content-type': 'application/json',
      ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
    });
    response.end('{"ok":false,"error":"ratelimited"}');
  }
}

/** Starts the stand-in on a free port; it ends with the test. */
export async function startFakeSlack(
  context: TestContext,
  options: FakeSlackOptions = {},
): Promise<FakeSlack> {
  const slack = new FakeSlack(options);
  await slack.listen();
  context.after(() => slack.close());
  return slack;
}

type Fields = Readonly<Record<string, string>>;
type Answer = Readonly<Record<string, unknown>> | { readonly limited: true };

export const isHeading = (line: string): boolean => /^\d+ (?:older )?events/.test(line);

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  request.on('error', () => {});
  for await (const chunk of request) body += chunk;
  return body;
}

function fieldsOf(request: IncomingMessage, body: string): Fields {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  const parsed: unknown = JSON.parse(body);
  const fields = Object.entries(typeof parsed === 'object' && parsed ? parsed : {});
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

interface Element {
  readonly type: string;
  readonly text?: string;
  readonly fallback?: string;
  readonly timestamp?: number;
  readonly format?: string;
}

/** What a reader sees of the blocks; undefined where Slack would say invalid_blocks. */
function shownBy(blocks: string | undefined): string | undefined {
  if (blocks === undefined) return '';
  try {
    const [block, ...others] = JSON.parse(blocks) as {
      type: string;
      elements: { type: string; elements: Element[] }[];
    }[];
    if (block?.type !== 'rich_text' || others.length > 0) return undefined;
    const parts = block.elements.flatMap(({ elements }) => elements).map(shownElement);
    return parts.includes(undefined) ? undefined : parts.join('');
  } catch {
    return undefined;
  }
}

function shownElement(element: Element): string | undefined {
  if (element.type === 'text') return element.text || undefined;
  const isDate = element.type === 'date' && Number.isInteger(element.timestamp) && element.format;
  return isDate ? element.fallback : undefined;
}

function drip(response: ServerResponse): void {
  const text = JSON.stringify({ ok: true, padding: 'x'.repeat(10_000) });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(text[sent] ?? '');
    sent += 1;
  }, 50);
  response.on('close', () => clearInterval(timer));
}
