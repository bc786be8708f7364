export interface FakeWebhookOptions {
  /** Where it posts. */
  readonly channel?: string;
  /** An old webhook (custom integration): it posts in any of these that the message names. */
  readonly channels?: readonly string[];
  readonly isArchived?: boolean;
}

interface WebhookAnswer {
  readonly status: number;
  readonly words: string;
}

interface WebhookPost extends WebhookAnswer {
  readonly post: { readonly channel: string; readonly text: string; readonly blocks?: string };
}

/** What Slack answers to what is sent to a webhook: the rules of incoming webhooks. */
export function answerWebhook(
  path: string,
  body: string,
  { channel = 'of-the-webhook', channels, isArchived = false }: FakeWebhookOptions = {},
): WebhookAnswer | WebhookPost {
  if (!path.startsWith('/services/T1/')) return { status: 404, words: 'no_team' };
  if (path !== '/services/T1/B1/secret') return { status: 404, words: 'no_service' };
  const payload = read(body);
  if (!payload) return { status: 400, words: 'invalid_payload' };
  const { text, blocks, channel: wanted } = payload;
  if (!text && !Array.isArray(blocks)) return { status: 400, words: 'no_text' };
  if (blocks !== undefined && !Array.isArray(blocks)) {
    return { status: 400, words: 'invalid_blocks' };
  }
  if (isArchived) return { status: 410, words: 'channel_is_archived' };
  if (channels && typeof wanted === 'string' && !channels.includes(wanted)) {
    return { status: 404, words: 'channel_not_found' };
  }
  return {
    status: 200,
    words: 'ok',
    post: {
      channel: channels && typeof wanted === 'string' ? wanted : channel,
      text: typeof text === 'string' ? text : '',
      ...(blocks && { blocks: JSON.stringify(blocks) }),
    },
  };
}

function read(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
