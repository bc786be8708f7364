// What is marked as secret in the settings is shown nowhere.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { z } from 'zod';
import { addressWithPassword, secret, section, text } from '../../../src/config/fields.ts';
import { defaultConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { itemOf, noteOf, shapeOf } from '../../../src/config/schema-walk.ts';
import { isSecretKey, secretTexts, withoutSecrets } from '../../../src/config/secrets.ts';
import { createLog } from '../../../src/platform/log.ts';
import { load } from '../../support/config-file.ts';

const hush = 'hush0123456789';

/** The way to every setting; a list has one item. */
function* pathsOf(schema: z.ZodType, path: readonly string[] = []): Generator<readonly string[]> {
  if (noteOf(schema, 'secret') === 'all') yield path;
  const item = itemOf(schema);
  if (item) yield* pathsOf(item, [...path, '0']);
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    yield* pathsOf(field, [...path, key]);
  }
}

const secretPaths = [...pathsOf(configSchema)];

/** The file with this behind the last key of the path. */
function fileWith(path: readonly string[], value: string): string {
  const lines = ['Butler:'];
  let indent = '  ';
  let dash = '';
  for (const [index, key] of path.entries()) {
    if (key === '0') dash = '- ';
    else {
      lines.push(`${indent}${dash}${key}:${index === path.length - 1 ? value : ''}`);
      indent += dash ? '    ' : '  ';
      dash = '';
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Everything that is said about a configuration. */
function saidAbout(context: TestContext, file: string, overrides: readonly string[] = []): string {
  try {
    const { config, warnings } = load(context, file, overrides);
    return [...warnings, JSON.stringify(withoutSecrets(config))].join('\n');
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
}

const written = [
  ` ${hush}`,
  ` "${hush}"`,
  ` #${hush}`,
  ` # ${hush}`,
  ` x #${hush}`,
  ` !${hush}`,
  ` !${hush} x`,
  ` &${hush}`,
  ` &${hush} x`,
  ` *${hush}`,
  ` “${hush}”`,
  ` <${hush}>`,
  ` [${hush}]`,
  ` [${hush}`,
  ` "${hush}`,
  ` { a: ${hush} }`,
  ` ${hush}: x: y`,
  ` a:${hush}`,
  ` @${hush}`,
  ` |${hush}`,
  `${hush}`,
  `:${hush}`,
];

test('these settings are secret', () => {
  assert.deepEqual(
    secretPaths.map((path) => path.join('.')),
    [
      'brokerConfig.access.users.0.passwordHash',
      'mqttConfig.brokerPassword',
      'satelliteConfig.brokerPassword',
      'slackConfig.webhookURL',
    ],
  );
});

for (const path of secretPaths) {
  const name = path.join('.');
  describe(name, () => {
    test('is not shown in messages about the file, however it is written there', (context) => {
      for (const value of written) {
        const said = saidAbout(context, fileWith(path, value));
        assert.ok(!said.includes(hush), `${JSON.stringify(value)}: ${said}`);
      }
    });

    test('is not shown where it is in the wrong place', (context) => {
      const key = path.at(-1);
      const value = `{ ${key}: ${hush}, list: [{ ${key}: ${hush} }] }`;
      for (const place of ['logLevel', 'webConfig.port', 'slackConfig.caFile', 'stateDirectory']) {
        const said = saidAbout(context, fileWith(place.split('.'), ` ${value}`));
        assert.match(said, /hidden/);
        assert.ok(!said.includes(hush), said);
      }
    });

    test('is not shown in messages about --set', (context) => {
      for (const value of written) {
        const said = saidAbout(context, 'Butler:\n', [`${name}=${value}`]);
        assert.ok(!said.includes(hush), `${JSON.stringify(value)}: ${said}`);
      }
    });

    test('is hidden in the printed configuration and in the log', () => {
      const config = structuredClone(defaultConfig());
      setAt(config, path, hush);
      assert.ok(JSON.stringify(config).includes(hush));
      const shown = JSON.stringify(withoutSecrets(config));
      assert.ok(!shown.includes(hush) && shown.includes('(hidden)'), shown);
      const lines: string[] = [];
      const log = createLog({
        level: 'silly',
        style: 'journal',
        now: () => new Date(0),
        writeLine: (line) => lines.push(line),
        secrets: secretTexts(config),
      });
      log.error(`signing in with ${hush} failed`);
      assert.deepEqual(lines, ['<3>signing in with (hidden) failed']);
    });
  });
}

function setAt(settings: unknown, [key = '', ...rest]: readonly string[], value: string): void {
  const at = settings as Record<string, unknown>;
  if (rest.length === 0) at[key] = value;
  else {
    at[key] ??= {};
    setAt(at[key], rest, value);
  }
}

test('a mark counts whatever the key is called, and in lists and sections below it', () => {
  const schema = section({
    address: secret(text('')),
    proxy: addressWithPassword(text('')),
    headers: secret(section({ first: text('') })),
    plain: text(''),
  });
  const settings = {
    address: `https://x.example/${hush}`,
    proxy: `http://goran:${hush}@proxy.lan`,
    headers: { first: hush },
    plain: 'shown',
  };
  assert.deepEqual(withoutSecrets(settings, schema), {
    address: '(hidden)',
    proxy: 'http://…@proxy.lan',
    headers: '(hidden)',
    plain: 'shown',
  });
  assert.deepEqual(secretTexts(settings, schema), [`https://x.example/${hush}`, hush]);
});

test('what nobody knows is hidden by its name, also misspelt', (context) => {
  for (const key of ['token', 'tokne', 'slackToken', 'brokerPasword', 'webhokURL', 'secret']) {
    const said = saidAbout(context, fileWith(['slackConfig', 'caFile'], ` { ${key}: ${hush} }`));
    assert.match(said, /slackConfig\.caFile: found \{.*hidden/);
    assert.ok(!said.includes(hush), said);
    const unknown = saidAbout(context, fileWith(['slackConfig', key], ` ${hush}`));
    assert.match(unknown, /unknown setting/);
    assert.ok(!unknown.includes(hush), unknown);
  }
  for (const key of ['tokenFile', 'webhookFile', 'brokerPasswordFile', 'port']) {
    assert.equal(isSecretKey(key), false, key);
  }
});

test('in the log, an address that is secret still says where it leads, and a word stays a word', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    style: 'journal',
    now: () => new Date(0),
    writeLine: (line) => lines.push(line),
    secrets: secretTexts({
      slackConfig: { webhookURL: `https://chat.lan/hooks/(a+b)/${hush}` },
      mqttConfig: { brokerPassword: 'butler' },
    }),
  });
  log.info(`butler: posting to https://chat.lan/hooks/(a+b)/${hush} failed`);
  assert.deepEqual(lines, ['<6>butler: posting to https://chat.lan/… failed']);
});
