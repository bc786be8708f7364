import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LoadedConfig } from '../../../src/config/load.ts';
import { type HostLookup, withOwnServerHost } from '../../../src/config/server-host.ts';
import { load } from '../../support/config-file.ts';

/** Every section of Butler 6.1.1's template, with one or two keys in each; `host` is in line 40. */
const butlerFile = (host: string): string => `---
Butler:
  logLevel: info
  fileLogging: false
  logDirectory: log
  anonTelemetry: true
  heartbeat: { enable: false, frequency: every 30 seconds }
  dockerHealthCheck: { enable: false, port: 12398 }
  uptimeMonitor:
    enable: false
    storeInInfluxdb: { enable: false, auth: { enable: false, password: x } }
  qlikSenseUrls: { qmc: <QMC>, hub: <Hub> }
  teamsNotification: { enable: false, userSessionEvents: { enable: false, excludeUser: [] } }
  slackNotification:
    enable: true
    restMessage: { enable: false, webhookURL: <web hook URL> }
    userSessionEvents:
      enable: true
      channel: sense-activity
      fromUser: Qlik Sense
      iconEmoji: ':thumbsup:'
      excludeUser:
        - directory: <Sense user directory>
          userId: <userId>
        - directory: LAB
          userId: 0123
    reloadTaskFailure: { enable: false, channel: sense-task-failure }
    reloadTaskAborted: { enable: false, channel: sense-task-aborted }
  emailNotification: { enable: false, smtp: { host: <FQDN>, tls: { serverName: } } }
  webhookNotification: { enable: false, reloadTaskFailure: { webhooks: [] } }
  scheduler: { enable: false, configfile: config/schedule.yaml }
  keyValueStore: { enable: false, maxKeysPerNamespace: 1000 }
  mqttConfig:
    enable: true
    brokerHost: mqtt.example.com
    taskFailureSendFull: true
    sessionStartTopic: my/start
  udpServerConfig:
    enable: true
    serverHost: ${host}
    portSessionConnectionEvents: 9997
    portTaskFailure: 9998
  restServerConfig: { enable: false, serverHost: <FQDN>, serverPort: 8080 }
  fileCopyApprovedDirectories: [{ fromDirectory: /a, toDirectory: /b }]
  fileMoveApprovedDirectories: []
  fileDeleteApprovedDirectories:
    - /a
  restServerEndpointsEnable: { activeUserCount: false }
  cert: { rejectUnauthorized: false, clientCert: <path> }
  configEngine: { engineVersion: 12.612.0, host: <FQDN>, port: <Port> }
  configQRS: { authentication: certificates, port: 4242 }
  configDirectories: { qvdPath: <Path> }
  gitHub: { host: api.github.com, pathPrefix: '' }
`;

const network: HostLookup = {
  ownAddresses: () => ['127.0.0.1', '::1', '10.0.0.5', 'fe80::1%eth0', '2001:DB8::5'],
  addressesOf: async (name) =>
    ({
      'blinky.example.com': ['10.0.0.5'],
      'both.example.com': ['10.9.9.9', '2001:db8::5'],
      'old-host': ['10.9.9.9'],
      // Debian's /etc/hosts for the machine's own name.
      blinky: ['127.0.1.1'],
    })[name] ?? [],
};

const serverHost = ({ config }: LoadedConfig) => config.udpServerConfig.serverHost;

describe("Butler 6's configuration file", () => {
  test('loads as it is, with what is not used named key by key, and nothing named that is', (context) => {
    const { config, warnings, unusedButlerKeys } = load(context, butlerFile('10.0.0.5'));
    assert.deepEqual(warnings, []);
    const { enable, loginNotificationChannel, excludeUser } = config.slackConfig;
    assert.deepEqual([enable, loginNotificationChannel], [true, 'sense-activity']);
    assert.deepEqual(excludeUser[1], { directory: 'LAB', userId: '0123' });
    assert.equal(config.mqttConfig.brokerHost, 'mqtt.example.com');
    assert.deepEqual(
      unusedButlerKeys.filter((key) => /^(slack|udp|mqtt)/.test(key)),
      [
        'mqttConfig.taskFailureSendFull',
        'udpServerConfig.portTaskFailure',
        'slackNotification.restMessage',
        'slackNotification.reloadTaskFailure',
        'slackNotification.reloadTaskAborted',
        'slackNotification.userSessionEvents.fromUser',
        'slackNotification.userSessionEvents.iconEmoji',
      ],
    );
    for (const key of ['cert', 'configEngine', 'configQRS', 'gitHub', 'teamsNotification']) {
      assert.ok(unusedButlerKeys.includes(key), key);
    }
  });

  test('what was never filled in is no value, and no word is lost where it is off', (context) => {
    const template = butlerFile('<FQDN or IP (or localhost) of server where Butler is running>')
      .replace('mqtt.example.com', '<FQDN or IP of MQTT server>')
      .replaceAll('    enable: true', '    enable: false');
    const { config, warnings } = load(context, template);
    assert.equal(config.mqttConfig.brokerHost, '');
    assert.deepEqual(warnings, []);
    assert.equal(load(context, template.replaceAll('false', 'true')).warnings.length, 2);
  });

  const others = [
    '10.9.9.9',
    '2001:db8::9',
    'old-host',
    'QLIK-OLD.example.com',
    'blinky',
    'both.example.com',
    '""',
  ];
  for (const host of others) {
    test(`serverHost ${host} is none of ours: all addresses, with a warning`, async (context) => {
      const loaded = await withOwnServerHost(load(context, butlerFile(host)), network);
      assert.equal(serverHost(loaded), serverHost(load(context, '')));
      assert.equal(loaded.warnings.length, 1, loaded.warnings.join('\n'));
      assert.match(
        loaded.warnings[0] ?? '',
        /^blinky\.yaml:40: Butler\.udpServerConfig\.serverHost: .+ is not a name or address of this machine, so Blinky listens on all addresses\. Fix: set it to 0\.0\.0\.0, or remove the line$/,
      );
    });
  }

  const ours = ['0.0.0.0', '"::"', '10.0.0.5', '2001:db8::5', 'blinky.example.com'];
  for (const host of ours) {
    test(`serverHost ${host} is ours: it stays`, async (context) => {
      const before = load(context, butlerFile(host));
      assert.equal(await withOwnServerHost(before, network), before);
    });
  }

  for (const host of ['localhost', '127.0.0.1', '::1']) {
    test(`serverHost ${host} stays, with a warning that no other machine gets through`, async (context) => {
      const loaded = await withOwnServerHost(load(context, butlerFile(host)), network);
      assert.equal(serverHost(loaded), host);
      assert.match(loaded.warnings.join('\n'), /:40: .*accepts events from this machine only/);
    });
  }

  test("in a file that is not Butler's, in --set, and where UDP is off, it stays", async (context) => {
    const own = 'Butler:\n  udpServerConfig: { serverHost: 10.9.9.9 }\n  slackNotification: {}\n';
    const kept = [
      load(context, own),
      load(context, butlerFile('0.0.0.0'), ['udpServerConfig.serverHost=10.9.9.9']),
      load(context, butlerFile('10.9.9.9'), ['udpServerConfig.enable=false']),
    ];
    for (const loaded of kept) assert.equal(await withOwnServerHost(loaded, network), loaded);
  });

  test('the machine itself is asked by default', async (context) => {
    const loaded = await withOwnServerHost(load(context, butlerFile('192.0.2.1')));
    assert.equal(serverHost(loaded), serverHost(load(context, '')));
  });
});
