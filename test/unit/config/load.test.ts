import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';
import { load, refusal } from '../../support/config-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('loadConfig', () => {
  test('a file of defaults holds where the configuration says nothing', (context) => {
    const folder = temporaryFolder(context);
    const [file, defaultsFile] = [join(folder, 'blinky.yaml'), join(folder, 'defaults.yaml')];
    writeFileSync(
      defaultsFile,
      'Butler: { webConfig: { port: 80 }, slackConfig: { tokenFile: /t } }',
    );
    writeFileSync(
      file,
      'Butler: { webConfig: { hostNames: [lamp] }, slackConfig: { tokenFile: /u } }',
    );
    const { config } = loadConfig({ file, environment: {}, defaultsFile });
    assert.deepEqual(config.webConfig.port, 80);
    assert.deepEqual(config.webConfig.hostNames, ['lamp']);
    assert.equal(config.slackConfig.tokenFile, '/u');
  });

  test('messages call a copy of the file by the name that its user knows', (context) => {
    const file = join(temporaryFolder(context), 'copy');
    writeFileSync(file, 'Butler:\n  webConfig: { port: many }\n');
    assert.throws(
      () => loadConfig({ environment: { BLINKY_CONFIG: file, BLINKY_CONFIG_NAME: 'blinky.yaml' } }),
      /^ConfigError: blinky\.yaml:2: Butler\.webConfig\.port: found "many"/,
    );
  });

  test('without a file: the defaults of the contract', () => {
    const { config, file } = loadConfig({ environment: { BLINKY_CONFIG: '/dev/null' } });
    assert.equal(file, '/dev/null');
    assert.equal(config.udpServerConfig.portSessionConnectionEvents, 9997);
    assert.equal(config.lightConfig.green.pin, 17);
    assert.equal(config.lightConfig.red.pin, 27);
    assert.equal(config.lightConfig.maxBacklogMs, 3000);
    assert.equal(config.brokerConfig.port, 1883);
    assert.equal(config.brokerConfig.access.anonymous, 'subscribe');
    assert.equal(config.mqttConfig.activeUsersTopic, 'qliksense/users/active/usernames');
    assert.equal(config.slackConfig.loginNotificationChannel, 'sense-user-activity');
    assert.equal(config.webConfig.port, 8080);
  });

  test('a wrong value: file, line, key, found and allowed', (context) => {
    assert.equal(
      refusal(context, 'Butler:\n  logLevel: info\n  webConfig:\n    port: 99999\n'),
      'blinky.yaml:4: Butler.webConfig.port: found 99999; allowed: a port number from 1 to 65535 (0: any free port)',
    );
  });

  test('every wrong value at once', (context) => {
    const text = `Butler:
  logLevel: loud
  lightConfig:
    green: { pin: 99 }
    heartbeat: sometimes
  userEvents:
    excludeUser:
      - { directory: LAB, userId: monitor }
      - goran
  mqttConfig:
    everythingTopic: "a/#"
`;
    assert.equal(
      refusal(context, text),
      [
        'blinky.yaml:2: Butler.logLevel: found "loud"; allowed: error, warn, info, verbose, debug, silly',
        'blinky.yaml:9: Butler.userEvents.excludeUser.1: found "goran"; allowed: a list of users such as { directory: LAB, userId: goran }',
        'blinky.yaml:4: Butler.lightConfig.green.pin: found 99; allowed: a whole number from 2 to 27 (a BCM number)',
        'blinky.yaml:5: Butler.lightConfig.heartbeat: found "sometimes"; allowed: settings, indented below it',
        'blinky.yaml:11: Butler.mqttConfig.everythingTopic: found "a/#"; allowed: a topic of 1 to 200 characters without + and #',
      ].join('\n'),
    );
  });

  test('settings that contradict each other', (context) => {
    assert.match(
      refusal(context, 'Butler:\n  lightConfig:\n    red:\n      pin: 17\n'),
      /^blinky\.yaml:4: Butler\.lightConfig\.red\.pin: found 17; allowed: a GPIO that isn't used by the green light$/,
    );
    assert.match(
      refusal(context, 'Butler:\n  lightConfig: { button: { enable: true, pin: 27 } }\n'),
      /button\.pin: found 27; allowed: a GPIO that isn't used by the red light/,
    );
    assert.match(
      refusal(context, 'Butler:\n  lightConfig: { maxBacklogMs: 1200 }\n'),
      /maxBacklogMs: found 1200; allowed: 1251 ms or more/,
    );
  });

  test('a file that is no YAML, or not ours', (context) => {
    assert.match(
      refusal(context, 'Butler:\n\tlogLevel: info\n'),
      /^blinky\.yaml:2: invalid YAML: a tab/,
    );
    assert.match(refusal(context, 'webConfig:\n  port: 1\n'), /root key webConfig\. .*`Butler:`/);
    assert.doesNotMatch(refusal(context, 'root:$6$salt$hash: 1\n'), /hash/);
    assert.match(
      refusal(context, '- a\n- b\n'),
      /Fix: indent all settings below the root key `Butler:`/,
    );
    assert.match(refusal(context, 'Butler: yes please\n'), /root key Butler has no settings/);
    assert.match(refusal(context, Buffer.from([0xff, 0xfe, 0x00, 0x41])), /^blinky\.yaml:1: /);
  });

  test('an empty file, or empty sections, mean the defaults', (context) => {
    assert.equal(load(context, '').config.webConfig.port, 8080);
    assert.equal(load(context, 'Butler:\n').config.webConfig.port, 8080);
    assert.equal(load(context, 'Butler:\n  webConfig:\n    port:\n').config.webConfig.port, 8080);
  });

  test('an unknown setting is a warning with the nearest name', (context) => {
    const { warnings } = load(
      context,
      'Butler:\n  webConfg:\n    port: 1\n  lightConfig:\n    onms: 100\n  zebra: 1\n',
    );
    assert.deepEqual(warnings, [
      'blinky.yaml:2: Butler.webConfg: unknown setting, ignored; did you mean Butler.webConfig?',
      'blinky.yaml:5: Butler.lightConfig.onms: unknown setting, ignored; did you mean Butler.lightConfig.onMs?',
      'blinky.yaml:6: Butler.zebra: unknown setting, ignored',
    ]);
  });

  test('a key that belongs elsewhere, or in an item of a list, is a warning as well', (context) => {
    const { warnings } = load(
      context,
      `Butler:
  lightConfig:
    webConfig: { port: 1 }
  userEvents:
    excludeUser:
      - { directory: LAB, userId: monitor, comment: probe }
      - { directory: LAB, userId: other, userID: twice }
`,
    );
    assert.deepEqual(warnings, [
      'blinky.yaml:3: Butler.lightConfig.webConfig: unknown setting, ignored; did you mean Butler.webConfig?',
      'blinky.yaml:6: Butler.userEvents.excludeUser.0.comment: unknown setting, ignored',
      'blinky.yaml:7: Butler.userEvents.excludeUser.1.userID: unknown setting, ignored; did you mean Butler.userEvents.excludeUser.1.userId?',
    ]);
  });

  test('no key of an object is ever a setting (prototype pollution)', (context) => {
    const { warnings } = load(
      context,
      'Butler:\n  __proto__: { polluted: 1 }\n  constructor: 1\n',
      ['__proto__.polluted=1', 'constructor.prototype.polluted=1'],
    );
    assert.equal(Reflect.get({}, 'polluted'), undefined);
    assert.ok(warnings.length > 0);
  });

  test('--set overrides one value, and is named as the place of a mistake', (context) => {
    const file = 'Butler:\n  webConfig: { port: 1, host: 127.0.0.1 }\n';
    const { config } = load(context, file, ['Butler.webConfig.port=8081', 'logLevel=debug']);
    assert.deepEqual([config.webConfig.port, config.webConfig.host], [8081, '127.0.0.1']);
    assert.equal(config.logLevel, 'debug');
    assert.match(
      refusal(context, file, ['Butler.webConfig.port=no']),
      /^--set: Butler\.webConfig\.port: found "no"/,
    );
    assert.match(
      refusal(context, file, ['Butler.webConfig.port']),
      /^--set: "Butler\.webConfig\.port" is not a setting\. Fix: use KEY=VALUE/,
    );
  });

  test('a password for another broker stands in one place, with its user', (context) => {
    assert.match(
      refusal(
        context,
        'Butler:\n  mqttConfig:\n    brokerUser: anna\n    brokerPassword: hush\n    brokerPasswordFile: /x\n',
      ),
      /^blinky\.yaml:5: Butler\.mqttConfig\.brokerPasswordFile: found a file; allowed: nothing/,
    );
    assert.match(
      refusal(context, 'Butler:\n  satelliteConfig:\n    brokerPassword: hush\n'),
      /^blinky\.yaml:2: Butler\.satelliteConfig\.brokerUser: found nothing; allowed: the user/,
    );
  });

  test('a file that was named must be there', () => {
    assert.throws(
      () => loadConfig({ file: '/nowhere/blinky.yaml', environment: {} }),
      /^ConfigError: \/nowhere\/blinky\.yaml: file not found/,
    );
    assert.throws(
      () => loadConfig({ environment: { BLINKY_CONFIG: '/nowhere/else.yaml' } }),
      /else\.yaml: file not found/,
    );
  });

  test('a Butler 6 file loads as it is, and its Slack settings mean what they meant', (context) => {
    const { config, warnings, unusedButlerKeys } = load(
      context,
      `Butler:
  logLevel: verbose
  fileLogging: false
  heartbeat: { enable: false, remoteURL: http://x/, frequency: every 30 seconds }
  slackNotification:
    enable: true
    restMessage: { enable: false, webhookURL: https://hooks.slack.com/x }
    userSessionEvents:
      enable: true
      webhookURL: https://hooks.slack.com/y
      channel: my-channel
      fromUser: Qlik Sense
      excludeUser: [{ directory: LAB, userId: 007 }]
  mqttConfig:
    enable: true
    brokerHost: broker.example.com
    brokerPort: 1884
    taskFailureSendFull: true
    sessionStartTopic: my/start
  udpServerConfig:
    enable: true
    serverHost: 0.0.0.0
    portSessionConnectionEvents: 9997
    portTaskFailure: 9998
  restServerConfig: { enable: false }
`,
    );
    assert.deepEqual(warnings, []);
    assert.deepEqual(unusedButlerKeys, [
      'fileLogging',
      'heartbeat',
      'mqttConfig.taskFailureSendFull',
      'udpServerConfig.portTaskFailure',
      'restServerConfig',
      'slackNotification.restMessage',
      'slackNotification.userSessionEvents.fromUser',
    ]);
    assert.equal(config.slackConfig.enable, true);
    assert.equal(config.slackConfig.loginNotificationChannel, 'my-channel');
    assert.deepEqual(config.slackConfig.excludeUser, [{ directory: 'LAB', userId: '007' }]);
    assert.equal(config.mqttConfig.sessionStartTopic, 'my/start');
    assert.equal(config.mqttConfig.brokerPort, 1884);
  });

  test("Butler's switch for all of Slack wins, and slackConfig wins over Butler's settings", (context) => {
    const off = load(
      context,
      'Butler:\n  slackNotification: { enable: false, userSessionEvents: { enable: true } }\n',
    );
    assert.equal(off.config.slackConfig.enable, false);
    const own = load(
      context,
      'Butler:\n  slackConfig: { loginNotificationChannel: mine }\n  slackNotification: { enable: true, userSessionEvents: { enable: true, channel: theirs } }\n',
    );
    assert.equal(own.config.slackConfig.loginNotificationChannel, 'mine');
    assert.equal(own.config.slackConfig.enable, true);
  });

  test('slashes around the discovery prefix go, with a warning', (context) => {
    for (const written of ['ha/', '/ha', '//ha//']) {
      const { config, warnings } = load(
        context,
        `Butler:\n  mqttConfig:\n    homeAssistant: { discoveryPrefix: ${written} }\n`,
      );
      assert.equal(config.mqttConfig.homeAssistant.discoveryPrefix, 'ha');
      assert.deepEqual(warnings, [
        'blinky.yaml:3: Butler.mqttConfig.homeAssistant.discoveryPrefix: slashes at the start and end are ignored; using ha',
      ]);
    }
    const set = (prefix: string) => [`mqttConfig.homeAssistant.discoveryPrefix=${prefix}`];
    const { config, warnings } = load(context, '', set('home/assistant/'));
    assert.equal(config.mqttConfig.homeAssistant.discoveryPrefix, 'home/assistant');
    assert.match(warnings.join('\n'), /^--set: [\w.]+discoveryPrefix: .* using home\/assistant/);
    for (const wrong of ['/', '//', '', 'homeassistant/#']) {
      assert.match(
        refusal(context, '', set(wrong)),
        /^--set: [\w.]+discoveryPrefix: found ".*"; allowed: the start of a topic/,
      );
    }
  });

  test('a secret is never shown in a message', (context) => {
    assert.doesNotMatch(
      refusal(
        context,
        'Butler:\n  brokerConfig: { access: { users: [{ name: a, passwordHash: [hush-hush] }] } }\n',
      ),
      /hush/,
    );
    assert.equal(
      refusal(
        context,
        'Butler:\n  brokerConfig: { access: { users: { name: a, passwordHash: hush-hush } } }\n',
      ),
      'blinky.yaml:2: Butler.brokerConfig.access.users: found {"name":"a","passwordHash":"(hidden)"}; allowed: a list of users, as `blinky passwd NAME` prints them',
    );
  });
});
