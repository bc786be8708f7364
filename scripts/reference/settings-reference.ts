import { stringify } from 'yaml';
import type { z } from 'zod';
import { allowedBy, itemOf, shapeOf } from '../../src/config/schema-walk.ts';

/** One row of a table: a setting, or a key of the entries of a list. */
interface Row {
  readonly key: string;
  /** Undefined for keys of a list's entries, which have none. */
  readonly value: string | undefined;
  readonly allowed: string;
  readonly description: string;
}

const howToRead =
  'Blinky reads its settings at the start: restart it to apply a change. `tls.enable` stands for the key `enable` below the key `tls`.';

/** The reference of all settings in Markdown: a heading and a table for each section. */
export function settingsReference(schema: z.ZodType): string {
  const sections = Object.entries(shapeOf(schema) ?? {});
  const single = sections.filter(([, field]) => !shapeOf(field));
  const tables = sections
    .filter(([, field]) => shapeOf(field))
    .map(([key, field]) =>
      [`### ${key}`, descriptionOf(key, field), table([...rowsOf(field, [])])].join('\n\n'),
    );
  const general = table(single.flatMap(([key, field]) => rowOf(key, field)));
  return [howToRead, '### General', general, ...tables].join('\n\n');
}

function* rowsOf(schema: z.ZodType, path: readonly string[]): Generator<Row> {
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    const here = [...path, key];
    if (shapeOf(field)) yield* rowsOf(field, here);
    else yield* rowOf(here.join('.'), field);
  }
}

function rowOf(key: string, field: z.ZodType): readonly Row[] {
  const value = stringify(field.parse(undefined), { collectionStyle: 'flow' }).trim();
  return [row(key, field, value), ...entriesOf(key, field)];
}

/** The keys of the entries of a list. */
function entriesOf(list: string, field: z.ZodType): readonly Row[] {
  const item = itemOf(field);
  return Object.entries((item && shapeOf(item)) ?? {}).map(([key, below]) =>
    row(`${list}[].${key}`, below, undefined),
  );
}

const row = (key: string, field: z.ZodType, value: string | undefined): Row => ({
  key,
  value,
  allowed: allowedBy(field) ?? '',
  description: descriptionOf(key, field),
});

function descriptionOf(key: string, field: z.ZodType): string {
  if (!field.description) throw new Error(`the setting ${key} has no description`);
  return field.description;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ key, value, allowed, description }) => {
    const shown = value === undefined ? '' : `\`${value}\``;
    return `| ${[`\`${key}\``, shown, description, allowed].map(cell).join(' | ')} |`;
  });
  return [
    '| setting | default | what it does | allowed |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

/** As GitHub's Markdown takes it in a table. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith('`') ? piece : piece.replace(/[*<]/g, '\\$&')))
    .join('');

const markers = /(<!-- settings -->)[\s\S]*?(<!-- \/settings -->)/;

/** The page with the reference between its marks. */
export function withReference(page: string, reference: string): string {
  if (!markers.test(page)) {
    throw new Error('the page has no <!-- settings --> with <!-- /settings --> after it');
  }
  return page.replace(
    markers,
    (_whole, start: string, end: string) => `${start}\n\n${reference}\n\n${end}`,
  );
}
