import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

const sameIndent = 'allowed: the same number of spaces before all keys of a section';

/** Texts that are no YAML, and the one line that says why. */
const invalid: Readonly<Record<string, readonly [text: string, message: string]>> = {
  'a tab': [
    'Butler:\n  webConfig:\n\t\tport: 81\n',
    ':3: found invalid YAML: a tab at the beginning of the line; allowed: spaces to indent with',
  ],
  'a line that is indented too far': [
    'Butler:\n  logLevel: info\n\n    webConfig:\n      port: 81\n',
    `:4: found invalid YAML: the line is indented further than the one above it, which has a value; ${sameIndent}`,
  ],
  'a line that is indented too far, behind a comment': [
    'Butler:\n  logLevel: info\n\n  # the page\n    webConfig:\n      port: 81\n',
    `:5: found invalid YAML: the line is indented differently from those it belongs to; ${sameIndent}`,
  ],
  'a line that is indented too little': [
    'Butler:\n  logLevel: info\n webConfig:\n    port: 81\n',
    `:3: found invalid YAML: the line is indented differently from those it belongs to; ${sameIndent}`,
  ],
  'a key twice': [
    'Butler:\n  webConfig:\n    port: 81\n  logLevel: info\n  webConfig:\n    host: ""\n',
    ':5: found invalid YAML: the key webConfig a second time; allowed: each key once in a section',
  ],
  'no space after a colon': [
    'Butler:\n  logLevel:info\n  webConfig:\n    port: 81\n',
    ':2: found invalid YAML: no space after the colon; allowed: `key: value`',
  ],
  'no colon': [
    'Butler:\n  logLevel info\n  webConfig:\n    port: 81\n',
    ':2: found invalid YAML: a line without a colon; allowed: `key: value` on each line',
  ],
  'an IPv6 address that ends with a colon': [
    'Butler:\n  webConfig:\n    host: ::\n',
    ':3: found invalid YAML: a second colon in the line; allowed: one `key: value` in a line; a text with a colon in quotes',
  ],
  'a quote that is not closed': [
    'Butler:\n  stateDirectory: "/var\n  logLevel: info\n',
    ':2: found invalid YAML: a " without its "; allowed: " where it ends',
  ],
  'a list that is not closed': [
    'Butler:\n  webConfig:\n    hostNames: [a, b\n  logLevel: info\n',
    ':3: found invalid YAML: a [ without its ]; allowed: ] where it ends',
  ],
  'an apostrophe in single quotes': [
    "Butler:\n  userEvents:\n    excludeUser:\n      - { directory: LAB, userId: 'O'Neil' }\n",
    ':4: found invalid YAML: text after the end of a value; allowed: one value for each key; in single quotes, a quote inside it is written twice',
  ],
  'a path of Windows in double quotes': [
    'Butler:\n  stateDirectory: "C:\\qlik"\n',
    ":2: found invalid YAML: a backslash in double quotes, which has a meaning of its own there; allowed: single quotes around such a value, e.g. 'C:\\file'",
  ],
  '* for everybody, without quotes': [
    'Butler:\n  userEvents:\n    excludeUser:\n      - directory: INTERNAL\n        userId: *\n',
    ":5: found invalid YAML: a value that begins with * without quotes; allowed: such a value in quotes, e.g. '*'",
  ],
  'two documents': [
    'Butler:\n  logLevel: info\n---\nButler: {}\n',
    ':3: found invalid YAML: a second document (after --- or ...); allowed: one document',
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
    ':2: Butler.mqttConfig: found text without a space after a colon; allowed: indented settings below it',
  ],
};

describe('a configuration that is no YAML', () => {
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
          ? ['blinky.yaml: is not UTF-8, so it is read as windows-1252. Fix: save it as UTF-8']
          : [],
      );
    });
  }

  test('a mistake in a file saved as UTF-16 has its line, too', (context) => {
    const bytes = Buffer.from('\ufeffButler:\r\n  webConfig:\r\n    port: x\r\n', 'utf16le');
    assert.match(refusal(context, bytes), /^blinky\.yaml:3: Butler\.webConfig\.port: found "x"/);
  });
});
