import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { settingsReference, withReference } from '../../../scripts/reference/settings-reference.ts';
import { choice, flag, listOf, port, section } from '../../../src/config/fields.ts';
import { configSchema } from '../../../src/config/schema.ts';

const page = new URL('../../../src/manual/configuration.md', import.meta.url);

describe('the reference of the settings', () => {
  test('in the manual is the one of the schema', () => {
    const written = readFileSync(page, 'utf8');
    assert.ok(
      written === withReference(written, settingsReference(configSchema)),
      'src/manual/configuration.md is stale; fix: npm run reference',
    );
  });

  test('has every setting, with nested ones and the keys of a list', () => {
    const entry = z.object({ name: z.string().describe('Its name.') });
    const reference = settingsReference(
      section({
        level: choice(['low', 'high'], 'low').describe('The level.'),
        webConfig: section({
          tls: section({ enable: flag(false).describe('`a|b` or *.') }).describe('TLS.'),
          users: listOf(entry, 'users').describe('Who.'),
        }).describe('The page.'),
      }),
    );
    assert.equal(
      reference.slice(reference.indexOf('###')),
      `### General

| setting | default | what it does | allowed |
| --- | --- | --- | --- |
| \`level\` | \`low\` | The level. | low, high |

### webConfig

The page.

| setting | default | what it does | allowed |
| --- | --- | --- | --- |
| \`tls.enable\` | \`false\` | \`a\\|b\` or \\*. | true or false |
| \`users\` | \`[]\` | Who. | a list of users |
| \`users[].name\` |  | Its name. |  |`,
    );
  });

  test('a setting without a description has no place in it', () => {
    const schema = section({ web: section({ port: port(1) }).describe('Web.') });
    assert.throws(() => settingsReference(schema), /port has no description/);
  });

  test('goes between the marks of the page, and nowhere else', () => {
    const text = 'Above.\n<!-- settings -->\n<!-- /settings -->\nBelow.\n';
    const renewed = 'Above.\n<!-- settings -->\n\nnew $1\n\n<!-- /settings -->\nBelow.\n';
    assert.equal(withReference(text, 'new $1'), renewed);
    assert.equal(withReference(renewed, 'new $1'), renewed);
    assert.throws(() => withReference('no marks', 'new'), /has no <!-- settings/);
  });
});
