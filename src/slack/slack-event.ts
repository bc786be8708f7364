import { type EventKind, eventKinds } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';

/** What Slack is told of an event. */
export interface SlackEvent {
  /** When it was received, ms since 1970. */
  readonly receivedAtMs: number;
  /** Whether that is only what a clock showed that had not been set. */
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

/** @param readTime gives the ms since 1970 of what `receivedAt` says */
export function slackEventOf(
  event: UserEvent,
  readTime: (receivedAt: string) => number,
): SlackEvent {
  const { browser } = event;
  return {
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

/** Slack events on disk: a JSON array, because field names would double what an event costs. */
export const slackEventCodec = {
  encode: (event: SlackEvent): string => {
    const { receivedAtMs, kind, host, userDirectory, userId, appId, browser } = event;
    const fields = [receivedAtMs, kind, host, userDirectory, userId, appId, browser];
    if (event.timeUnknown) fields.push(timeUnknownMark);
    return JSON.stringify(fields);
  },

  decode: (text: string): SlackEvent | undefined => {
    const fields = parseArray(text);
    const [receivedAtMs, kindName, ...texts] = fields;
    const kind = eventKinds.find((known) => known === kindName);
    if (typeof receivedAtMs !== 'number' || !kind || !texts.every(isText)) return undefined;
    const [host, userDirectory, userId, appId, browser, mark] = texts;
    if (host === undefined || userDirectory === undefined || userId === undefined) return undefined;
    return {
      receivedAtMs,
      timeUnknown: mark === timeUnknownMark,
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
