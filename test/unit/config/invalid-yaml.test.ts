import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

const sameIndent = 'Fix: put the same number of spaces before all keys of a section';

/** Texts that are invalid YAML, and the line that says why. */
const invalid: Readonly<Record<string, readonly [text: string, message: string]>> = {
  'a tab': [
    'Butler:\n  webConfig:\n\t\tport: 81\n',
    ':3: invalid YAML: a tab at the start of the line. Fix: indent with spaces',
  ],
  'a line that is indented too far': [
    'Butler:\n  logLevel: info\n\n    webConfig:\n      port: 81\n',
    `:4: invalid YAML: this line is indented below a line that already has a value. ${sameIndent}`,
  ],
  'a line that is indented too far, behind a comment': [
    'Butler:\n  logLevel: info\n\n  # the page\n    webConfig:\n      port: 81\n',
    `:5: invalid YAML: this line is indented differently from the others of its section. ${sameIndent}`,
  ],
  'a line that is indented too little': [
    'Butler:\n  logLevel: info\n webConfig:\n    port: 81\n',
    `:3: invalid YAML: this line is indented differently from the others of its section. ${sameIndent}`,
  ],
  'a key twice': [
    'Butler:\n  webConfig:\n    port: 81\n  logLevel: info\n  webConfig:\n    host: ""\n',
    ':5: invalid YAML: the key webConfig occurs twice. Fix: use each key once in a section',
  ],
  'no space after a colon': [
    'Butler:\n  logLevel:info\n  webConfig:\n    port: 81\n',
    ':2: invalid YAML: no space after the colon. Fix: write `key: value`',
  ],
  'no colon': [
    'Butler:\n  logLevel info\n  webConfig:\n    port: 81\n',
    ':2: invalid YAML: a line without a colon. Fix: write `key: value` on each line',
  ],
  'an IPv6 address that ends with a colon': [
    'Butler:\n  webConfig:\n    host: ::\n',
    ':3: invalid YAML: a second colon on the line. Fix: write one `key: value` on a line, and put text with a colon in quotes',
  ],
  'a quote that is not closed': [
    'Butler:\n  stateDirectory: "/var\n  logLevel: info\n',
    ':2: invalid YAML: no closing ". Fix: add " at the end of the value',
  ],
  'a list that is not closed': [
    'Butler:\n  webConfig:\n    hostNames: [a, b\n  logLevel: info\n',
    ':3: invalid YAML: no closing ]. Fix: add ] at the end of the value',
  ],
  'an apostrophe in single quotes': [
    "Butler:\n  userEvents:\n    excludeUser:\n      - { directory: LAB, userId: 'O'Neil' }\n",
    ':4: invalid YAML: text after the end of a value. Fix: write one value per key, and double any single quote inside single quotes',
  ],
  'a path of Windows in double quotes': [
    'Butler:\n  stateDirectory: "C:\\qlik"\n',
    ":2: invalid YAML: a backslash in double quotes has a special meaning. Fix: use single quotes, e.g. 'C:\\file'",
  ],
  '* for everybody, without quotes': [
    'Butler:\n  userEvents:\n    excludeUser:\n      - directory: INTERNAL\n        userId: *\n',
    ":5: invalid YAML: a value starts with *. Fix: put it in quotes, e.g. '*'",
  ],
  'two documents': [
    'Butler:\n  logLevel: info\n---\nButler: {}\n',
    ':3: invalid YAML: a second document (after --- or ...). Fix: use one document only',
  ],
};

/** Valid YAML, but not what is wanted in that place. */
const misplaced: Readonly<Record<string, readonly [text: string, message: string]>> = {
  'a list where one value is wanted': [
    'Butler:\n  webConfig:\n    host: [10.0.0.1, 10.0.0.2]\n',
    ':3: Butler.webConfig.host: found ["10.0.0.1","10.0.0.2"]; allowed: ',
  ],
  'items where one value is wanted': [
    'Butler:\n  slackConfig:\n    loginNotificationChannel:\n      - sense\n',
    ':3: Butler.slackConfig.loginNotificationChannel: found ["sense"]; allowed: ',
  ],
  'settings where one value is wanted': [
    'Butler:\n  logLevel:\n    level: info\n',
    ':2: Butler.logLevel: found {"level":"info"}; allowed: error, ',
  ],
  'one value where a list is wanted': [
    'Butler:\n  udpServerConfig:\n    allowFrom: 10.0.0.7\n',
    ':3: Butler.udpServerConfig.allowFrom: found "10.0.0.7"; allowed: a list of addresses',
  ],
  'one user where a list is wanted': [
    'Butler:\n  userEvents:\n    excludeUser:\n      directory: LAB\n      userId: goran\n',
    ':3: Butler.userEvents.excludeUser: found {"directory":"LAB","userId":"goran"}; allowed: a list of users, each like - { directory: LAB, userId: goran }',
  ],
  'a setting without a space after its colon': [
    'Butler:\n  mqttConfig:\n    brokerPassword:s3cret\n',
    ':2: Butler.mqttConfig: found text with no space after the colon; allowed: settings, indented below it',
  ],
};

describe('a configuration that is invalid YAML', () => {
  for (const [what, [text, message]] of Object.entries({ ...invalid, ...misplaced })) {
    for (const [lineEnd, written] of [
      ['LF', text],
      ['CRLF', text.replaceAll('\n', '\r\n')],
    ]) {
      test(`${what} (${lineEnd}): one line says what and where`, (context) => {
        const found = refusal(context, written ?? '');
        assert.equal(found.split('\n').length, 1, found);
        assert.ok(found.startsWith(`blinky.yaml${message}`), found);
      });
    }
  }

  test('several mistakes: a line for each, in their order', (context) => {
    assert.match(
      refusal(context, 'Butler:\n\tlogLevel: info\n\tstateDirectory: @x\n\tlogLevel: warn\n'),
      /^blinky\.yaml:2: [^\n]+\nblinky\.yaml:3: [^\n]+\nblinky\.yaml:4: [^\n]+$/,
    );
  });

  const settings = 'Butler:\n  userEvents:\n    excludeUser: [{ directory: LAB, userId: åsa }]\n';
  const encodings: Readonly<Record<string, Uint8Array>> = {
    'UTF-8 with a byte order mark': Buffer.from(`\ufeff${settings}`),
    'UTF-16 with a byte order mark': Buffer.from(`\ufeff${settings}`, 'utf16le'),
    'UTF-16 without one': Buffer.from(settings, 'utf16le'),
    'UTF-16, big end first': Buffer.from(`\ufeff${settings}`, 'utf16le').swap16(),
    'UTF-16, big end first, without a mark': Buffer.from(settings, 'utf16le').swap16(),
    'windows-1252': Buffer.from(settings, 'latin1'),
    'line ends of the first Macs': Buffer.from(settings.replaceAll('\n', '\r')),
  };
  for (const [encoding, bytes] of Object.entries(encodings)) {
    test(`saved as ${encoding}, it is read`, (context) => {
      const { config, warnings } = load(context, bytes);
      assert.deepEqual(config.userEvents.excludeUser, [{ directory: 'LAB', userId: 'åsa' }]);
      assert.deepEqual(
        warnings,
        encoding === 'windows-1252'
          ? ['blinky.yaml: is not UTF-8 and was read as windows-1252. Fix: save it as UTF-8']
          : [],
      );
    });
  }

  test('a mistake in a file saved as UTF-16 has its line, too', (context) => {
    const bytes = Buffer.from('\ufeffButler:\r\n  webConfig:\r\n    port: x\r\n', 'utf16le');
    assert.match(refusal(context, bytes), /^blinky\.yaml:3: Butler\.webConfig\.port: found "x"/);
  });
});
