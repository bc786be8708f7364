import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

const comment = 'found no value, because # starts a comment in YAML';
const quotes = 'Fix: put a value that starts with # in quotes';

describe('a value that YAML takes for something else', () => {
  test('a channel with # and without quotes: the warning names the default and the quotes', (context) => {
    const { config, warnings } = load(
      context,
      'Butler:\n  slackConfig:\n    loginNotificationChannel: #sense-alerts\n',
    );
    assert.equal(config.slackConfig.loginNotificationChannel, 'sense-user-activity');
    assert.deepEqual(warnings, [
      `blinky.yaml:3: Butler.slackConfig.loginNotificationChannel: ${comment}, so the default is used: sense-user-activity. ${quotes}: "#sense-alerts"`,
    ]);
  });

  test('with quotes it is what it says, and no word is lost about it', (context) => {
    const { config, warnings } = load(
      context,
      'Butler:\n  slackConfig: { loginNotificationChannel: "#sense-alerts" } # ours\n',
    );
    assert.equal(config.slackConfig.loginNotificationChannel, '#sense-alerts');
    assert.deepEqual(warnings, []);
  });

  const oneWarning: Readonly<Record<string, readonly [text: string, warning: RegExp]>> = {
    "Butler's channel": [
      'Butler:\n  slackNotification:\n    enable: true\n    userSessionEvents:\n      enable: true\n      channel: #sense\n',
      /^blinky\.yaml:6: Butler\.slackNotification\.userSessionEvents\.channel: .*quotes: "#sense"$/,
    ],
    'a channel in the next line': [
      'Butler:\n  slackConfig:\n    loginNotificationChannel:\n      #sense\n    enable: false\n',
      /:3: .*comment.*quotes: "#sense"$/,
    ],
    'a real comment where a channel is missing': [
      'Butler:\n  slackConfig:\n    loginNotificationChannel: # the channel for all\n',
      /:3: .*comment.*in quotes$/,
    ],
    'a channel that was left empty': [
      'Butler:\n  slackConfig:\n    loginNotificationChannel:\n    # about what follows\n    enable: false\n',
      /:3: .*found no value, so the default is used: sense-user-activity\. Fix: set a value/,
    ],
    'lines that end as on Windows': [
      'Butler:\r\n  mqttConfig:\r\n    sessionStartTopic: #x\r\n    payload: json\r\n',
      /:3: Butler\.mqttConfig\.sessionStartTopic: .*quotes: "#x"$/,
    ],
    'a list': [
      'Butler:\n  webConfig:\n    hostNames: #lamp\n',
      /:3: Butler\.webConfig\.hostNames: .*quotes$/,
    ],
    'a switch': [
      'Butler:\n  slackConfig:\n    enable: #true\n',
      /:3: Butler\.slackConfig\.enable: .*comment.*default is used: false\. Fix: remove the # or the line$/,
    ],
    'a number': [
      'Butler:\n  webConfig: { port: #8081\n    }\n',
      /:2: Butler\.webConfig\.port: .*default is used: 8080\. Fix: remove the # or the line$/,
    ],
    'a choice': ['Butler:\n  logLevel: #debug\n', /:2: Butler\.logLevel: .*used: info\. /],
    'an anchor': [
      'Butler:\n  mqttConfig:\n    brokerHost: &broker\n',
      /:3: Butler\.mqttConfig\.brokerHost: found no value, because & starts an anchor.*quotes$/,
    ],
    'a tag': ['Butler:\n  stateDirectory: !here\n', /:2: .*because ! starts a tag.*quotes$/],
    null: [
      'Butler:\n  mqttConfig:\n    brokerHost: null\n',
      /:3: .*null without quotes means no value in YAML\. Fix: if you mean the text null.*quotes$/,
    ],
    'curly quotes': [
      'Butler:\n  slackConfig:\n    loginNotificationChannel: “#sense”\n',
      /:3: .*curly quotes.*straight quotes/,
    ],
    'a placeholder of a template': [
      'Butler:\n  mqttConfig:\n    brokerHost: <FQDN or IP of MQTT server>\n',
      /:3: Butler\.mqttConfig\.brokerHost: found a placeholder/,
    ],
  };
  for (const [what, [text, warning]] of Object.entries(oneWarning)) {
    test(`one warning for ${what}`, (context) => {
      const { warnings } = load(context, text);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', warning);
    });
  }

  const passwords = ['#s3cret', '&s3cret', '!s3cret x', 'x #s3cret', '&s3cret x'];
  for (const password of passwords) {
    test(`a password such as ${password} is pointed out and not shown`, (context) => {
      const text = `Butler:\n  mqttConfig:\n    brokerUser: anna\n    brokerPassword: ${password}\n`;
      const { warnings } = load(context, text);
      assert.match(
        warnings.join('\n'),
        /^blinky\.yaml:4: Butler\.mqttConfig\.brokerPassword: .*quotes/,
      );
      assert.doesNotMatch(warnings.join('\n'), /s3cret/);
    });
  }

  for (const password of [
    '*s3cret',
    '@s3cret',
    '%s3cret',
    '>s3cret',
    '`s3cret',
    'a: s3cret',
    '"s3cret',
  ]) {
    test(`a password such as ${password} is refused with its line, and not shown`, (context) => {
      const text = `Butler:\n  mqttConfig:\n    brokerPassword: ${password}\n  logLevel: info\n`;
      const message = refusal(context, text);
      assert.match(message, /^blinky\.yaml:3: [^\n]+\. Fix: [^\n]+$/);
      assert.doesNotMatch(message, /s3cret/);
    });
  }

  test('what takes no text may have a comment instead of a value', (context) => {
    const { config, warnings } = load(
      context,
      'Butler:\n  webConfig: # the page\n    port: # the usual one\n    enable:   # yes\n  lightConfig: # later\n  userEvents:\n    excludeUser: # nobody\n',
    );
    assert.equal(config.webConfig.port, 8080);
    assert.deepEqual(warnings, []);
  });

  test('an anchor that is used, and an empty text in quotes, are meant', (context) => {
    const { config, warnings } = load(
      context,
      'Butler:\n  mqttConfig:\n    brokerHost: &broker mqtt.example.com\n    brokerUser: ""\n  satelliteConfig:\n    brokerHost: *broker\n    brokerPassword:\n',
    );
    assert.equal(config.satelliteConfig.brokerHost, 'mqtt.example.com');
    assert.deepEqual(warnings, []);
  });

  test('--set over such a value needs no warning', (context) => {
    const { warnings } = load(
      context,
      'Butler:\n  slackConfig:\n    loginNotificationChannel: #sense\n',
      ['slackConfig.loginNotificationChannel=#other'],
    );
    assert.deepEqual(warnings, []);
  });

  test('in a list of users it is refused, with the same words', (context) => {
    const message = refusal(
      context,
      'Butler:\n  userEvents:\n    excludeUser:\n      - directory: LAB\n        userId: #42\n  brokerConfig:\n    access:\n      users:\n        - name: anna\n          passwordHash: #s3cret\n',
    );
    assert.deepEqual(message.split('\n'), [
      `blinky.yaml:5: Butler.userEvents.excludeUser.0.userId: ${comment}; allowed: a user id, or '*' for everyone in the directory. Fix: put a value that starts with # in quotes: "#42"`,
      `blinky.yaml:10: Butler.brokerConfig.access.users.0.passwordHash: ${comment}; allowed: the output of \`blinky passwd NAME\`. Fix: put a value that starts with # in quotes`,
    ]);
  });

  test('in braces the comment takes the closing brace with it', (context) => {
    assert.match(
      refusal(
        context,
        'Butler:\n  slackConfig: { loginNotificationChannel: #sense }\n  logLevel: info\n',
      ),
      /^blinky\.yaml:2: invalid YAML: no }, because # starts a comment\. Fix: put a value that starts with # in quotes$/,
    );
  });
});
