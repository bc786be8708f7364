import { z } from 'zod';
import { everyAddress } from '../platform/listen-address.ts';
import type { Path } from './raw-settings.ts';

/** A rule that takes more than one field to check. */
export interface Contradiction {
  /** Below the section whose rule it is. */
  readonly path: Path;
  readonly found: string;
  readonly allowed: string;
}

/** Something to say about a setting that is in force, though perhaps not as it was meant. */
export interface SettingRemark {
  /** Below the field that says it. */
  readonly path: Path;
  readonly text: string;
}

/** What is known of a field beside its type. */
export interface FieldNote {
  /** What it may hold, in words for the person who wrote something else. */
  readonly allowed?: string;
  /** Which of it nobody may read: all, or the password in an address. */
  readonly secret?: 'all' | 'addressPassword';
  /** What to say about a value as it was written, which the schema finds right. */
  readonly remarks?: (written: unknown) => readonly SettingRemark[];
  /** What of a section is fine field by field but can't stand together. */
  readonly contradictions?: (settings: never) => readonly Contradiction[];
}

/** The notes by field; a walk over the schema finds them (`schema-walk.ts`). */
export const fieldNotes = z.registry<FieldNote>();

/** What a part's settings are, complete and valid. */
export type Settings<Schema extends z.ZodType> = z.output<Schema>;

function noted<Schema extends z.ZodType>(schema: Schema, note: FieldNote): Schema {
  fieldNotes.add(schema, { ...fieldNotes.get(schema), ...note });
  return schema;
}

/** A field of any kind, with what it allows in words. */
export function field<Schema extends z.ZodType>(schema: Schema, allowed: string): Schema {
  return noted(schema, { allowed });
}

/** A field whose value is shown nowhere: not in messages, the log or `blinky config`. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return noted(schema, { secret: 'all' });
}

/** A field with an address, whose user and password are shown nowhere. */
export function addressWithPassword<Schema extends z.ZodType>(schema: Schema): Schema {
  return noted(schema, { secret: 'addressPassword' });
}

/** A field that says something about values that may not mean what they seem to. */
export function withRemarks<Schema extends z.ZodType>(
  schema: Schema,
  remarks: NonNullable<FieldNote['remarks']>,
): Schema {
  return noted(schema, { remarks });
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

/** Where to listen. */
export function listenHost() {
  return text(everyAddress, 'an address of this machine, or "::" for every IPv4 and IPv6 address');
}

export function choice<const Value extends string>(values: readonly Value[], byDefault: Value) {
  return field(z.literal([...values]), values.join(', ')).prefault(byDefault);
}

/** A topic to publish on: no wildcards, not empty (MQTT 3.1.1, section 4.7). */
export function topic(byDefault: string) {
  const schema = z.string().regex(/^[^+#\0]{1,200}$/u);
  return field(schema, 'a topic of 1 to 200 characters without + and #').default(byDefault);
}

export function httpUrl(byDefault: string) {
  const schema = z.url({ protocol: /^https?$/ });
  return field(schema, 'an address that begins http:// or https://').default(byDefault);
}

/**
 * A group of fields; left out of the file, it takes its defaults.
 * @param contradictions finds what of it is fine field by field but can't stand together
 */
export function section<Shape extends z.ZodRawShape>(
  shape: Shape,
  contradictions?: (settings: z.output<z.ZodObject<Shape>>) => readonly Contradiction[],
) {
  const schema = field(z.object(shape), 'indented settings below it');
  return (contradictions ? noted(schema, { contradictions }) : schema).prefault({} as never);
}

export function listOf<Item extends z.ZodType>(item: Item, allowed: string) {
  return field(z.array(field(item, allowed)), `a list of ${allowed}`).default([]);
}
