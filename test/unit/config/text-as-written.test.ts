import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withUser } from '../../../src/config/user-in-file.ts';
import { load, refusal } from '../../support/config-file.ts';

/** What YAML reads as a number, a truth, a date or nothing. */
const texts = [
  '0123',
  '007',
  '1e3',
  '0x1F',
  '0o17',
  '+1',
  '-0',
  '1.50',
  '.5',
  '.inf',
  '.NaN',
  '1_000',
  '12345678901234567890',
  '2026-01-01',
  '12:30',
  'true',
  'False',
  'yes',
  'No',
  'on',
  'OFF',
];

describe('text stays as it was written', () => {
  for (const written of [...texts, 'null', 'Null', '~']) {
    test(`a user ${written}`, (context) => {
      const text = `Butler:\n  userEvents:\n    excludeUser:\n      - { directory: ${written}, userId: ${written} }\n  slackNotification:\n    userSessionEvents:\n      excludeUser:\n      - directory: NONE\n        userId: ${written} # no. 1\n`;
      const { config, warnings } = load(context, text);
      assert.deepEqual(config.userEvents.excludeUser, [{ directory: written, userId: written }]);
      assert.deepEqual(config.slackConfig.excludeUser, [{ directory: 'NONE', userId: written }]);
      assert.deepEqual(warnings, []);
    });
  }

  for (const written of texts) {
    test(`${written} as a host, user, password, topic, prefix, channel and folder`, (context) => {
      const { config } = load(
        context,
        `Butler:
  mqttConfig:
    brokerHost: ${written}
    brokerUser: ${written}
    brokerPassword: ${written}
    everythingTopic: ${written.replace('+', '')}
    homeAssistant: { discoveryPrefix: ${written.replace('+', '')} }
  slackConfig: { loginNotificationChannel: ${written} }
  webConfig: { hostNames: [${written}] }
  stateDirectory: ${written}
`,
      );
      assert.equal(config.mqttConfig.brokerHost, written);
      assert.equal(config.mqttConfig.brokerUser, written);
      assert.equal(config.mqttConfig.brokerPassword, written);
      assert.equal(config.mqttConfig.everythingTopic, written.replace('+', ''));
      assert.equal(config.mqttConfig.homeAssistant.discoveryPrefix, written.replace('+', ''));
      assert.equal(config.slackConfig.loginNotificationChannel, written);
      assert.deepEqual(config.webConfig.hostNames, [written]);
      assert.equal(config.stateDirectory, written);
    });

    test(`${written} by --set`, (context) => {
      const { config } = load(context, 'Butler:\n', [
        'mqttConfig.brokerUser=anna',
        `mqttConfig.brokerPassword=${written}`,
        `userEvents.excludeUser=[{ directory: NONE, userId: ${written} }]`,
        `webConfig.hostNames=[${written}, b]`,
      ]);
      assert.equal(config.mqttConfig.brokerPassword, written);
      assert.deepEqual(config.userEvents.excludeUser, [{ directory: 'NONE', userId: written }]);
      assert.deepEqual(config.webConfig.hostNames, [written, 'b']);
    });
  }

  test('also behind an alias, and in a file that says it is YAML 1.1', (context) => {
    const { config } = load(
      context,
      '%YAML 1.1\n---\nButler:\n  mqttConfig:\n    brokerUser: &user 0123\n    brokerPassword: *user\n  satelliteConfig: { brokerUser: yes, brokerPassword: 1_000 }\n',
    );
    assert.equal(config.mqttConfig.brokerPassword, '0123');
    assert.equal(config.satelliteConfig.brokerUser, 'yes');
    assert.equal(config.satelliteConfig.brokerPassword, '1_000');
  });

  test('a broker user whose name looks like a number keeps it when the password changes', () => {
    const text =
      'Butler:\n  brokerConfig:\n    access:\n      users:\n        - name: 0123\n          passwordHash: old\n';
    const edited = withUser(text, { name: '0123', passwordHash: 'new' }) ?? '';
    assert.equal(edited, text.replace('old', '"new"'));
  });

  test('numbers are numbers where numbers are wanted', (context) => {
    const ports: Readonly<Record<string, number>> = {
      '8081': 8081,
      '08': 8,
      '0123': 123,
      '0x1F90': 8080,
      '1e3': 1000,
    };
    for (const [written, port] of Object.entries(ports)) {
      const file = `Butler:\n  webConfig: { port: ${written} }\n`;
      assert.equal(load(context, file).config.webConfig.port, port);
      const set = [`webConfig.port=${written}`];
      assert.equal(load(context, 'Butler:\n', set).config.webConfig.port, port);
    }
  });

  test('what is no number is shown as it was written, once', (context) => {
    for (const written of ['1_000', '12345678901234567890', '.inf', '80.5', '0x50000', 'yes']) {
      const message = refusal(context, `Butler:\n  webConfig:\n    port: ${written}\n`);
      assert.equal(
        message.replaceAll('"', ''),
        `blinky.yaml:3: Butler.webConfig.port: found ${written}; allowed: a port number from 1 to 65535 (0: any free port)`,
      );
    }
  });
});
