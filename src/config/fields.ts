import { isIP } from 'node:net';
import { z } from 'zod';
import { everyOrigin, normalOrigin } from '../platform/origin.ts';
import { isSettings } from './raw-settings.ts';

/** What a field may hold, in words for the person who wrote something else. */
export interface FieldNote {
  readonly allowed: string;
}

/** The notes that error messages are made from, by field schema. */
export const fieldNotes = z.registry<FieldNote>();

/** A field of any kind, with what it allows in words. */
export function field<Schema extends z.ZodType>(schema: Schema, allowed: string): Schema {
  fieldNotes.add(schema, { allowed });
  return schema;
}

export function flag(byDefault: boolean) {
  return field(z.boolean(), 'true or false').default(byDefault);
}

export function text(byDefault: string, allowed = 'a text') {
  return field(z.string(), allowed).default(byDefault);
}

export function wholeNumber(min: number, max: number, byDefault: number, unit = '') {
  const words = `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`;
  return field(z.int().min(min).max(max), words).default(byDefault);
}

export function port(byDefault: number) {
  const words = 'a port number from 1 to 65535 (0: any free one)';
  return field(z.int().min(0).max(65_535), words).default(byDefault);
}

export function choice<const Value extends string>(values: readonly Value[], byDefault: Value) {
  return field(z.literal([...values]), values.join(', ')).prefault(byDefault);
}

/** A topic to publish on: no wildcards, not empty (MQTT 3.1.1, section 4.7). */
export function topic(byDefault: string) {
  const schema = z.string().regex(/^[^+#\0]{1,200}$/u);
  return field(schema, 'a topic of 1 to 200 characters without + and #').default(byDefault);
}

/**
 * What topics begin with. Slashes around it go: those of the topics follow it, and Home Assistant
 * looks for no topic with an empty level.
 */
export function topicPrefix(byDefault: string) {
  const schema = z
    .string()
    .regex(/^[^+#\0]{1,200}$/u)
    .transform(withoutOuterSlashes)
    .refine((prefix) => prefix !== '');
  return field(schema, 'the beginning of a topic, 1 to 200 characters without + and #').default(
    byDefault,
  );
}

export const withoutOuterSlashes = (text: string): string => text.replace(/^\/+|\/+$/g, '');

export function httpUrl(byDefault: string) {
  const schema = z.url({ protocol: /^https?$/ });
  return field(schema, 'an address that begins http:// or https://').default(byDefault);
}

export function allowedOrigins() {
  const origin = field(
    z.string().refine((text) => text === everyOrigin || normalOrigin(text) !== undefined),
    'where a page comes from, such as https://dashboard.example.com or http://10.0.0.9:3000, without a path; or "*" for every page',
  );
  return field(z.array(origin), 'a list of origins').default([]);
}

function isAddressRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

export function addressRanges() {
  const range = field(
    z.string().refine(isAddressRange),
    'an address such as 10.0.0.7 or a range such as 10.0.0.0/24',
  );
  return field(z.array(range), 'a list of addresses').default([]);
}

export function users() {
  // Those of events have no blanks around them either.
  const user = z.object({
    directory: field(z.string().trim(), "a user directory, or '*' for every directory"),
    userId: field(z.string().trim().min(1), "a user id, or '*' for everybody in the directory"),
  });
  const example = '{ directory: LAB, userId: goran }';
  const item = field(z.preprocess(wholeDirectory, user), `a list of users such as ${example}`);
  const list = z.array(item).transform((all) => all.filter(({ userId }) => userId !== nobody));
  return field(list, `a list of users, each like - ${example}`).default([]);
}

/** In the place of an entry without values until all are checked; no user id has it. */
const nobody = '\0';

/**
 * `{ directory: INTERNAL }` means everybody there. Not with another key beside it, which may be
 * `userId` misspelt.
 */
function wholeDirectory(user: unknown): unknown {
  if (isWithoutValues(user)) return { directory: '', userId: nobody };
  const isAlone = isSettings(user) && Object.keys(user).join() === 'directory';
  return isAlone ? { ...user, userId: '*' } : user;
}

/** An entry that was never filled in, or of which every line is a comment. */
export function isWithoutValues(user: unknown): boolean {
  const isEmpty = (value: unknown) => value === null || value === '';
  return user === null || (isSettings(user) && Object.values(user).every(isEmpty));
}

/** A group of fields; left out of the file, it takes its defaults. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return field(z.object(shape), 'indented settings below it').prefault({} as never);
}

export function listOf<Item extends z.ZodType>(item: Item, allowed: string) {
  return field(z.array(field(item, allowed)), `a list of ${allowed}`).default([]);
}
