import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

describe('--set', () => {
  for (const text of ['::', '::1', 'fe80::1%eth0', '*', '#', 'a: b', '[::]', '{', '@x', '- x']) {
    test(`takes the text ${text} as it is`, (context) => {
      const { config } = load(context, 'Butler:\n', [`Butler.udpServerConfig.serverHost=${text}`]);
      assert.equal(config.udpServerConfig.serverHost, text);
    });
  }

  test('takes # in a channel and in a password', (context) => {
    const { config } = load(context, 'Butler:\n', [
      'slackConfig.loginNotificationChannel=#alerts',
      'mqttConfig.brokerUser=anna',
      'mqttConfig.brokerPassword=#a #b: c=d',
    ]);
    assert.equal(config.slackConfig.loginNotificationChannel, '#alerts');
    assert.equal(config.mqttConfig.brokerPassword, '#a #b: c=d');
  });

  test('takes a text in quotes as what is in them', (context) => {
    const set = (text: string) =>
      load(context, 'Butler:\n', [`stateDirectory=${text}`]).config.stateDirectory;
    assert.equal(set('"#alerts"'), '#alerts');
    assert.equal(set("' a '"), ' a ');
    assert.equal(set('"a\\tb"'), 'a\tb');
    assert.equal(set("'a"), "'a");
    assert.equal(set(`"a" and "b"`), `"a" and "b"`);
    assert.equal(set(''), '');
    assert.equal(set('null'), 'null');
  });

  test('takes IPv6 addresses in a list', (context) => {
    const { config } = load(context, 'Butler:\n', [
      'udpServerConfig.allowFrom=[::1, "::", fe80::/10]',
    ]);
    assert.deepEqual(config.udpServerConfig.allowFrom, ['::1', '::', 'fe80::/10']);
  });

  test("takes Butler's own keys", (context) => {
    const { config } = load(context, 'Butler:\n', [
      'slackNotification.userSessionEvents.channel=#alerts',
    ]);
    assert.equal(config.slackConfig.loginNotificationChannel, '#alerts');
  });

  test('a wrong value is shown as it was written', (context) => {
    for (const text of ['::', '#1', '*', 'a: b', 'null']) {
      assert.equal(
        refusal(context, 'Butler:\n', [`Butler.webConfig.port=${text}`]),
        `--set: Butler.webConfig.port: found "${text}"; allowed: a port number from 1 to 65535 (0: any free port)`,
      );
    }
  });

  test('invalid YAML is refused without its text, which may be secret', (context) => {
    const text = 'brokerConfig.access.users=[{ name: a, passwordHash: #s3cret }]';
    assert.equal(
      refusal(context, 'Butler:\n', [text]),
      '--set: invalid YAML after brokerConfig.access.users= (put text with special characters in quotes). Fix: use KEY=VALUE, for example Butler.webConfig.port=8081',
    );
    assert.match(
      refusal(context, 'Butler:\n', ['webConfig.hostNames=[*a]']),
      /^--set: YAML aliases/,
    );
  });
});
