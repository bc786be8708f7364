import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { settingList } from '../../../scripts/package/setting-list.ts';
import { configurationJsonSchema } from '../../../scripts/reference/json-schema.ts';
import { checkConfigText } from '../../../src/config/load.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

const schema = configurationJsonSchema();
const validate = new Ajv({
  strictTypes: false,
  allowUnionTypes: true,
  validateFormats: false,
}).compile(schema);

/** What an editor would underline. */
function problemsIn(yaml: string): readonly string[] {
  validate(parse(yaml));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The configuration files that documents show. */
const examples = [
  'README.md',
  ...readdirSync(`${root}/src/manual`).map((file) => `src/manual/${file}`),
]
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...textOf(file).matchAll(/```yaml\n(Butler:\n[\s\S]*?)```/g)].map(([, yaml = '']) => ({
      file,
      yaml,
    })),
  );

describe('the JSON Schema of the configuration', () => {
  test('that is shipped is the one of the settings', () => {
    assert.ok(
      textOf('src/manual/blinky.schema.json') === `${JSON.stringify(schema, null, 2)}\n`,
      'src/manual/blinky.schema.json is stale; fix: npm run reference',
    );
  });

  test('takes every example of the documents', () => {
    assert.ok(examples.length > 3);
    for (const { file, yaml } of examples)
      assert.deepEqual(problemsIn(yaml), [], `${file}:\n${yaml}`);
  });

  test('takes the configuration file of the package with every line in force', () => {
    const yaml = `Butler:\n${settingList().replace(/^# /gm, '')}`;
    assert.deepEqual(problemsIn(yaml), []);
  });

  test('takes the file of an older version', () => {
    assert.deepEqual(problemsIn(textOf('test/integration/since-1.0.0/blinky.yaml')), []);
  });

  for (const [name, yaml] of [
    ['nothing at all', ''],
    ['nothing below Butler', 'Butler:'],
    ['sections and settings without values', 'Butler: { webConfig: , slackConfig: { enable: } }'],
    ['numbers for texts', 'Butler: { webConfig: { hostNames: [10] }, stateDirectory: 7 }'],
    ['users in short', 'Butler: { userEvents: { excludeUser: [ ~, { directory: LAB } ] } }'],
    [
      'what only Butler uses',
      'Butler: { cert: { clientCert: x }, mqttConfig: { taskFailureTopic: a }, udpServerConfig: { portTaskFailure: 1 } }',
    ],
    [
      'the Slack settings of Butler',
      'Butler: { slackNotification: { userSessionEvents: { enable: true } } }',
    ],
    ['other programs beside it', 'Butler: { logLevel: debug }\nother: { a: 1 }'],
  ] as const) {
    test(`takes ${name}, as the program does`, () => {
      checkConfigText('blinky.yaml', yaml);
      assert.deepEqual(problemsIn(yaml), []);
    });
  }

  for (const [name, yaml] of [
    ['a misspelt key', 'Butler: { webConfig: { prot: 80 } }'],
    ['a port that is none', 'Butler: { webConfig: { port: 99999 } }'],
    ['a text for true or false', 'Butler: { webConfig: { enable: "true" } }'],
    ['a word that is no choice', 'Butler: { lightConfig: { connectionOpen: blue } }'],
    ['a text for a list', 'Butler: { udpServerConfig: { allowFrom: 10.0.0.1 } }'],
    ['a topic with a wildcard', 'Butler: { mqttConfig: { connectionOpenTopic: "a/#" } }'],
    ['another root key', 'ButlerSOS: { logLevel: info }'],
  ] as const) {
    test(`finds ${name}`, () => assert.notDeepEqual(problemsIn(yaml), []));
  }

  test('describes every setting, and has no default for a secret', () => {
    const text = JSON.stringify(schema);
    assert.match(text, /"portSessionConnectionEvents":\{[^}]*"default":9997/);
    assert.match(text, /"allowFrom":\{[^}]*Addresses that may send events/);
    for (const key of ['webhookURL', 'brokerPassword']) {
      assert.doesNotMatch(text, new RegExp(`"${key}":\\{[^}]*"default"`));
    }
  });
});
