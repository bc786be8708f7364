import { z } from 'zod';
import { type EventKind, eventKinds, kinds } from '../../events/kinds.ts';
import type { UserEvent } from '../../events/user-event.ts';
import {
  eventOf,
  type ParsedEvent,
  type RawFields,
  type UserAgentReader,
} from '../../ingest/parse.ts';
import { cleanField } from '../../ingest/text.ts';
import { ownTopics, type TopicSettings, topicOf } from '../../publications/topics.ts';

/**
 * The form in which an event came: `whole` on `blinky/event`; `everything` as Butler SOS writes it;
 * `kind` on one of the four topics, as Butler's text or Butler SOS's JSON.
 */
export type EventForm = 'whole' | 'everything' | 'kind';

/** An event from another broker; an appliance's own format also has the time and the source. */
export type HeardEvent = ParsedEvent &
  Partial<Pick<UserEvent, 'id' | 'receivedAt' | 'timeUnknown' | 'source'>>;

/** Why a message is not an event. The names are labels of the metric, and so public. */
export const messageRejections = [
  'too-large',
  'unreadable',
  'unknown-command',
  'missing-host',
] as const;
export type MessageRejection = (typeof messageRejections)[number];

export type Reading =
  | { readonly ok: true; readonly form: EventForm; readonly event: HeardEvent }
  | { readonly ok: false; readonly reason: MessageRejection };

/** More than any event needs, in bytes of UTF-8. */
const longestPayload = 16_384;

/** Text from outside, without lone surrogates, which JSON allows. */
const text = z.string().transform((value) => value.toWellFormed());
const optionalText = text.optional().default('');

const softwareVersion = z.union([z.string(), z.number()]).transform(String).optional();

/** `blinky/event`. */
const wholeEvent = z.object({
  id: z
    .string()
    .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    .optional()
    .catch(undefined),
  receivedAt: z.iso.datetime().optional().catch(undefined),
  timeUnknown: z.literal(true).optional().catch(undefined),
  kind: z.literal([...eventKinds]),
  host: text,
  userDirectory: optionalText,
  userId: optionalText,
  origin: optionalText,
  context: optionalText,
  message: optionalText,
  dialect: z.literal(['butler-4', 'butler-6', 'butler-sos']).optional().catch(undefined),
  source: optionalText,
  browser: z.object({ name: text, majorVersion: softwareVersion }).optional().catch(undefined),
  os: z.object({ name: text, version: softwareVersion }).optional().catch(undefined),
});

/** What Butler SOS publishes (src/lib/post-to-mqtt.js of Butler SOS 15). */
const butlerSosEvent = z.object({
  host: text,
  command: text,
  userDir: optionalText,
  userId: optionalText,
  origin: optionalText,
  context: optionalText,
  message: optionalText,
});

export interface MessageReaderOptions {
  readonly topics: TopicSettings;
  /** The prefix of every topic there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  readonly readUserAgent: UserAgentReader;
}

export interface MessageReader {
  /** The topics on which events come. */
  readonly topics: readonly string[];
  /** Reads one message; undefined for a topic without events. Never throws. */
  read(topic: string, payload: Buffer): Reading | undefined;
}

/** Makes the reader for messages of other brokers. Everything is checked and cleaned here. */
export function createMessageReader(options: MessageReaderOptions): MessageReader {
  const { topics, topicPrefix, readUserAgent } = options;
  const kindOfTopic = new Map<string, EventKind>(
    eventKinds.map((kind) => [topicPrefix + topicOf(kind, topics), kind]),
  );
  const wholeTopic = topicPrefix + ownTopics.event;
  const everythingTopic = topicPrefix + topics.everythingTopic;

  const fromRaw = (form: EventForm, raw: RawFields, dialect: UserEvent['dialect']): Reading => {
    const result = eventOf(raw, dialect, readUserAgent);
    if (result.ok) return { ok: true, form, event: result.event };
    return {
      ok: false,
      reason: result.reason === 'missing-host' ? 'missing-host' : 'unknown-command',
    };
  };

  const readWhole = (payload: string): Reading => {
    const parsed = wholeEvent.safeParse(jsonOf(payload));
    if (!parsed.success) return { ok: false, reason: 'unreadable' };
    const {
      id,
      receivedAt,
      timeUnknown,
      source,
      browser,
      os,
      dialect = 'butler-6',
      kind,
      ...fields
    } = parsed.data;
    const reading = fromRaw('whole', { ...fields, command: kinds[kind].command }, dialect);
    if (!reading.ok) return reading;
    return {
      ...reading,
      event: {
        ...reading.event,
        ...softwareOf(browser, os),
        ...(id !== undefined && { id }),
        ...(receivedAt !== undefined && { receivedAt }),
        ...(timeUnknown && { timeUnknown }),
        ...(source !== '' && { source: cleanField(source, 100) }),
      },
    };
  };

  const readButlerSos = (form: EventForm, payload: string): Reading => {
    const parsed = butlerSosEvent.safeParse(jsonOf(payload));
    if (!parsed.success) return { ok: false, reason: 'unreadable' };
    const { userDir, ...fields } = parsed.data;
    return fromRaw(form, { ...fields, userDirectory: userDir }, 'butler-sos');
  };

  const readText = (kind: EventKind, payload: string): Reading => {
    // `host: userDirectory/userId`; a user id may contain slashes, a host can't contain a colon and
    // a blank.
    const match = /^(.*?): ?([^/]*)\/(.*)$/s.exec(payload);
    if (!match) return { ok: false, reason: 'unreadable' };
    const [, host = '', userDirectory = '', userId = ''] = match;
    const raw = { host, command: kinds[kind].command, userDirectory, userId };
    return fromRaw('kind', { ...raw, origin: '', context: '', message: '' }, 'butler-6');
  };

  return {
    topics: [wholeTopic, everythingTopic, ...kindOfTopic.keys()],
    read: (topic, bytes) => {
      const kind = kindOfTopic.get(topic);
      if (topic !== wholeTopic && topic !== everythingTopic && !kind) return undefined;
      if (bytes.length > longestPayload) return { ok: false, reason: 'too-large' };
      const payload = bytes.toString('utf8');
      if (topic === wholeTopic) return readWhole(payload);
      if (topic === everythingTopic) return readButlerSos('everything', payload);
      if (payload.startsWith('{') || !kind) return readButlerSos('kind', payload);
      return readText(kind, payload);
    },
  };
}

type Software = { readonly name: string; readonly version?: string | undefined };

/** Browser and operating system as named by the appliance that read them from the message. */
function softwareOf(
  browser: { readonly name: string; readonly majorVersion?: string | undefined } | undefined,
  os: Software | undefined,
): Pick<UserEvent, 'browser' | 'os'> {
  const clean = (value: string) => cleanField(value, 100);
  return {
    ...(browser && {
      browser: {
        name: clean(browser.name),
        ...(browser.majorVersion !== undefined && { majorVersion: clean(browser.majorVersion) }),
      },
    }),
    ...(os && {
      os: {
        name: clean(os.name),
        ...(os.version !== undefined && { version: clean(os.version) }),
      },
    }),
  };
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
