// Writes what is made from the schema of the settings: the reference in src/manual/configuration.md, and
// src/manual/blinky.schema.json.
// Run it after a change of a setting: npm run reference
import { readFileSync, writeFileSync } from 'node:fs';
import { configSchema } from '../../src/config/schema.ts';
import { configurationJsonSchema } from './json-schema.ts';
import { settingsReference, withReference } from './settings-reference.ts';

const page = new URL('../../src/manual/configuration.md', import.meta.url);
writeFileSync(page, withReference(readFileSync(page, 'utf8'), settingsReference(configSchema)));

const schema = new URL('../../src/manual/blinky.schema.json', import.meta.url);
writeFileSync(schema, `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
