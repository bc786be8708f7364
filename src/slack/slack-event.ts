import { type EventKind, eventKinds } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';

/** What is posted about an event. */
export interface SlackEvent {
  /** The event's id, set only if the log shows it: elsewhere it would waste space on disk. */
  readonly id?: string;
  /** When it was received, ms since 1970. */
  readonly receivedAtMs: number;
  /** Whether that time is unreliable because the clock had not been set. */
  readonly timeUnknown: boolean;
  readonly kind: EventKind;
  readonly host: string;
  readonly userDirectory: string;
  readonly userId: string;
  /** Empty when unknown. */
  readonly appId: string;
  /** Name and major version; empty when unknown. */
  readonly browser: string;
}

/**
 * @param readTime converts `receivedAt` to ms since 1970
 * @param withId whether the event's id is needed later
 */
export function slackEventOf(
  event: UserEvent,
  readTime: (receivedAt: string) => number,
  withId = false,
): SlackEvent {
  const { browser } = event;
  return {
    ...(withId && { id: event.id }),
    receivedAtMs: readTime(event.receivedAt),
    timeUnknown: event.timeUnknown ?? false,
    kind: event.kind,
    host: event.host,
    userDirectory: event.userDirectory,
    userId: event.userId,
    appId: event.appId ?? '',
    browser: browser ? [browser.name, browser.majorVersion].filter(Boolean).join(' ') : '',
  };
}

const timeUnknownMark = 'time unknown';

/** Slack events on disk: a JSON array, since field names would double the size of an event. */
export const slackEventCodec = {
  encode: (event: SlackEvent): string => {
    const { receivedAtMs, kind, host, userDirectory, userId, appId, browser } = event;
    const fields = [receivedAtMs, kind, host, userDirectory, userId, appId, browser];
    if (event.timeUnknown) fields.push(timeUnknownMark);
    if (event.id !== undefined) fields.push(event.id);
    return JSON.stringify(fields);
  },

  decode: (text: string): SlackEvent | undefined => {
    const fields = parseArray(text);
    const [receivedAtMs, kindName, ...texts] = fields;
    const kind = eventKinds.find((known) => known === kindName);
    if (typeof receivedAtMs !== 'number' || !kind || !texts.every(isText)) return undefined;
    const [host, userDirectory, userId, appId, browser, ...extras] = texts;
    if (host === undefined || userDirectory === undefined || userId === undefined) return undefined;
    const id = extras.find((extra) => extra !== timeUnknownMark);
    return {
      ...(id !== undefined && { id }),
      receivedAtMs,
      timeUnknown: extras.includes(timeUnknownMark),
      kind,
      host,
      userDirectory,
      userId,
      appId: appId ?? '',
      browser: browser ?? '',
    };
  },
};

const isText = (field: unknown): field is string => typeof field === 'string';

function parseArray(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
