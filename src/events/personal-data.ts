import { recordOf } from '../platform/record-of.ts';
import type { UserEvent } from './user-event.ts';

/** Whether a field of an event says who it was. Exhaustive: a new field must say it. */
const isPersonal = {
  id: false,
  receivedAt: false,
  timeUnknown: false,
  kind: false,
  host: false,
  command: false,
  userDirectory: true,
  userId: true,
  origin: false,
  context: false,
  /** Qlik writes the user into it. */
  message: true,
  dialect: false,
  source: false,
  appId: false,
  browser: false,
  os: false,
} as const satisfies Record<keyof UserEvent, boolean>;

type PersonalField = {
  [Field in keyof UserEvent]-?: (typeof isPersonal)[Field] extends true ? Field : never;
}[keyof UserEvent];

export const personalFields = (Object.keys(isPersonal) as (keyof UserEvent)[]).filter(
  (field): field is PersonalField => isPersonal[field],
);

const nobody = recordOf(personalFields, () => '');

/**
 * The event without who it was: for those who may know that something happened, but not to whom.
 */
export function withoutPersonalData(event: UserEvent): UserEvent {
  return { ...event, ...nobody };
}
