import { z } from 'zod';
import { everyAddress } from '../platform/listen-address.ts';
import type { Path } from './raw-settings.ts';

/** A broken rule that concerns more than one field. */
export interface Contradiction {
  /** Relative to the section that has the rule. */
  readonly path: Path;
  readonly found: string;
  readonly allowed: string;
}

/** A remark on a setting that is valid but may not do what was intended. */
export interface SettingRemark {
  /** Relative to the field that makes the remark. */
  readonly path: Path;
  readonly text: string;
}

/** What is known about a field in addition to its type. */
export interface FieldNote {
  /** The allowed values, as messages describe them. */
  readonly allowed?: string;
  /** Which part is secret: all of it, or the password in an address. */
  readonly secret?: 'all' | 'addressPassword';
  /** Makes remarks on a valid value, as it was written. */
  readonly remarks?: (written: unknown) => readonly SettingRemark[];
  /** Finds contradictions between the fields of a section. */
  readonly contradictions?: (settings: never) => readonly Contradiction[];
}

/** The notes of each field; `schema-walk.ts` looks them up. */
export const fieldNotes = z.registry<FieldNote>();

/** The settings of a part, complete and valid. */
export type Settings<Schema extends z.ZodType> = z.output<Schema>;

function noted<Schema extends z.ZodType>(schema: Schema, note: FieldNote): Schema {
  fieldNotes.add(schema, { ...fieldNotes.get(schema), ...note });
  return schema;
}

/** A field of any type, with a description of the allowed values. */
export function field<Schema extends z.ZodType>(schema: Schema, allowed: string): Schema {
  return noted(schema, { allowed });
}

/** A field whose value is never shown: not in messages, the log or `blinky config`. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return noted(schema, { secret: 'all' });
}

/** A field with an address, whose user and password are never shown. */
export function addressWithPassword<Schema extends z.ZodType>(schema: Schema): Schema {
  return noted(schema, { secret: 'addressPassword' });
}

/** A field with remarks on values that may not do what was intended. */
export function withRemarks<Schema extends z.ZodType>(
  schema: Schema,
  remarks: NonNullable<FieldNote['remarks']>,
): Schema {
  return noted(schema, { remarks });
}

export function flag(byDefault: boolean) {
  return field(z.boolean(), 'true or false').default(byDefault);
}

export function text(byDefault: string, allowed = 'text') {
  return field(z.string(), allowed).default(byDefault);
}

export function wholeNumber(min: number, max: number, byDefault: number, unit = '') {
  const words = `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`;
  return field(z.int().min(min).max(max), words).default(byDefault);
}

export function port(byDefault: number) {
  const words = 'a port number from 1 to 65535 (0: any free port)';
  return field(z.int().min(0).max(65_535), words).default(byDefault);
}

/** An address to listen on. */
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
  return field(schema, 'a URL that starts with http:// or https://').default(byDefault);
}

/**
 * A group of fields, with defaults if the file doesn't have it.
 * @param contradictions finds contradictions between its fields
 */
export function section<Shape extends z.ZodRawShape>(
  shape: Shape,
  contradictions?: (settings: z.output<z.ZodObject<Shape>>) => readonly Contradiction[],
) {
  const schema = field(z.object(shape), 'settings, indented below it');
  return (contradictions ? noted(schema, { contradictions }) : schema).prefault({} as never);
}

export function listOf<Item extends z.ZodType>(item: Item, allowed: string) {
  return field(z.array(field(item, allowed)), `a list of ${allowed}`).default([]);
}
