import { z } from 'zod';
import { eventKinds } from './kinds.ts';
import type { UserEvent } from './user-event.ts';

const text = z.string();

const userEventSchema = z.object({
  id: text,
  receivedAt: text,
  timeUnknown: z.literal(true).optional(),
  kind: z.literal([...eventKinds]),
  host: text,
  command: text,
  userDirectory: text,
  userId: text,
  origin: text,
  context: text,
  message: text,
  dialect: z.literal(['butler-4', 'butler-6', 'butler-sos']),
  source: text,
  appId: text.optional(),
  browser: z.object({ name: text, majorVersion: text.optional() }).optional(),
  os: z.object({ name: text, version: text.optional() }).optional(),
});

/** The event in a payload of `blinky/event`; undefined when it is none. */
export function parseUserEvent(json: string): UserEvent | undefined {
  try {
    // An optional key that is absent stays absent, which zod's type doesn't express.
    return userEventSchema.parse(JSON.parse(json)) as UserEvent;
  } catch {
    return undefined;
  }
}

/** Events on disk. */
export const userEventCodec = {
  encode: (event: UserEvent): string => JSON.stringify(event),
  decode: parseUserEvent,
};
