import type { z } from 'zod';
import { nearestName } from '../platform/nearest-name.ts';
import { withoutAddressPassword } from './address-password.ts';
import { isSettings } from './raw-settings.ts';
import { configSchema } from './schema.ts';
import { below, itemOf, noteOf, shapeOf } from './schema-walk.ts';

/** Lower-case names of all settings, and of those marked as secret. */
const names = { all: new Set<string>(), secret: new Set<string>() };
collectNames(configSchema);

function collectNames(schema: z.ZodType): void {
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    names.all.add(key.toLowerCase());
    if (noteOf(field, 'secret') === 'all') names.secret.add(key.toLowerCase());
    collectNames(itemOf(field) ?? field);
  }
}

/** Names that a secret may have although no setting has them. */
const secretWords = /(password|passphrase|token|secret|webhookurl)(hash)?$/i;
const secretWordList = ['password', 'passphrase', 'token', 'secret'];

/**
 * Whether a value with this key must never be shown: a setting marked as secret, wherever the key is,
 * or an unknown one with a name like a secret's.
 * @param key may be dotted; then each step is checked
 */
export function isSecretKey(key: string): boolean {
  return key.split('.').some((step) => names.secret.has(step.toLowerCase()) || looksSecret(step));
}

const looksSecret = (step: string): boolean => secretWords.test(step) && !/file$/i.test(step);

/** The same for a key that may be misspelt, such as `tokne`, or in the wrong place. */
export function mayBeSecretKey(key: string): boolean {
  if (isSecretKey(key)) return true;
  if (names.all.has(key.toLowerCase())) return false;
  return nearestName(key, [...names.secret, ...secretWordList]) !== undefined;
}

/** Returns valid settings with their secrets hidden. */
export function withoutSecrets(settings: unknown, schema: z.ZodType | undefined = configSchema) {
  const show = (value: unknown, at: z.ZodType | undefined, key: string): unknown => {
    const secret = at && noteOf(at, 'secret');
    if ((secret === 'all' || looksSecret(key)) && value !== '') return '(hidden)';
    if (secret && typeof value === 'string') return withoutAddressPassword(value);
    if (Array.isArray(value)) return value.map((item) => show(item, at && itemOf(at), ''));
    if (!isSettings(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, show(one, at && below(at, name), name)]),
    );
  };
  return show(settings, schema, '');
}

/** A shorter secret may be an ordinary word: hiding that in the log would give it away. */
const shortestInLog = 12;

/** Returns the texts in valid settings that must not appear in the log. */
export function secretTexts(settings: unknown, schema: z.ZodType = configSchema): string[] {
  if (Array.isArray(settings)) {
    const item = itemOf(schema);
    return item ? settings.flatMap((one) => secretTexts(one, item)) : [];
  }
  if (!isSettings(settings)) return [];
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, field]) =>
    noteOf(field, 'secret') === 'all'
      ? textsIn(settings[key]).filter((text) => text.length >= shortestInLog)
      : secretTexts(settings[key], field),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
