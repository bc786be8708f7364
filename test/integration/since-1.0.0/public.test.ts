// What 1.0.0 shows to others, every later version shows as well: whoever has built a dashboard, a
// rule or a device on it must not notice an update. `recorded.json` is what 1.0.0 itself shows here:
// BLINKY_RECORD=FOLDER (a checkout of it with its packages) writes it again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { startFakeSlack } from '../../support/fake-slack.ts';
import { startOtherBroker } from '../../support/other-broker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import {
  observe,
  printedConfig,
  repository,
  type Seen,
  startProgram,
  valuesIn,
  writeRecording,
} from './observe.ts';

const folder = join(repository, 'test/integration/since-1.0.0');
const recording = join(folder, 'recorded.json');
/** Has every key that 1.0.0 knows. */
const everyKey = join(folder, 'blinky.yaml');

const recordOf = process.env['BLINKY_RECORD'];
const root = recordOf ?? repository;

interface Recorded extends Seen {
  readonly defaults: readonly string[];
  readonly everyKey: readonly string[];
}

/** What has changed since, as CHANGELOG.md says. */
const changed: Partial<Record<keyof Recorded, readonly string[]>> = {
  // A summary, as `promtool check metrics` wants it.
  metrics: ['blinky_event_loop_delay_seconds is a gauge'],
  // A topic that is retained, which that of Butler's is not.
  homeAssistant: [
    'components.udp.name: "Events can arrive"',
    'components.udp.payload_off: "error"',
    'components.udp.payload_on: "start"',
    'components.udp.state_topic: "qliksense/butler/session_server"',
  ],
  defaults: [
    // IPv6 as well, and all that Home Assistant subscribes to.
    'Butler.brokerConfig.host: "0.0.0.0"',
    'Butler.udpServerConfig.serverHost: "0.0.0.0"',
    'Butler.webConfig.host: "0.0.0.0"',
    'Butler.brokerConfig.limits.subscriptionsPerClient: 100',
  ],
};

/** All parts at work: Slack, another broker for both directions, and TLS with a fault. */
async function seen(context: TestContext, expected?: readonly string[]): Promise<Seen> {
  const slack = await startFakeSlack(context, { token: 'xoxb-stand-in' });
  const other = await startOtherBroker(context);
  const program = await startProgram(context, {
    root,
    stateDirectory: temporaryFolder(context),
    settings: [
      'lightConfig.sessionStart=green',
      'brokerConfig.tls.enable=true',
      // A fault, which has more keys than a part that works.
      'brokerConfig.tls.certFile=/nowhere/cert.pem',
      'brokerConfig.tls.keyFile=/nowhere/key.pem',
      'mqttConfig.brokerHost=127.0.0.1',
      `mqttConfig.brokerPort=${other.port}`,
      'mqttConfig.brokerTopicPrefix=up/',
      'satelliteConfig.brokerHost=127.0.0.1',
      `satelliteConfig.brokerPort=${other.port}`,
      'slackConfig.enable=true',
      `slackConfig.apiUrl=${slack.apiUrl}`,
    ],
    environment: { SLACK_BOT_TOKEN: 'xoxb-stand-in' },
  });
  const all = await observe(program, expected);
  await program.stop();
  return all;
}

/** The settings that `blinky config` prints, and how it ended. */
async function settings(context: TestContext, args: readonly string[]): Promise<string[]> {
  const { status, output } = await printedConfig(context, root, args);
  assert.equal(status, 0, output);
  return valuesIn(parse(output));
}

const configured = ['--config', everyKey];

if (recordOf !== undefined) {
  test('records what this version shows', async (context) => {
    writeRecording(recording, {
      ...(await seen(context)),
      defaults: await settings(context, ['--config', '/dev/null']),
      everyKey: await settings(context, configured),
    } satisfies Recorded);
  });
} else {
  const recorded = JSON.parse(readFileSync(recording, 'utf8')) as Recorded;
  /** What was there in 1.0.0 and is no longer. */
  const missing = (what: keyof Recorded, now: readonly string[]) =>
    recorded[what].filter((one) => !now.includes(one) && !changed[what]?.includes(one));

  describe('what 1.0.0 shows is still there', () => {
    test('metrics, status, events, topics, and the device of Home Assistant', async (context) => {
      const now = await seen(context, recorded.retained);
      const lost = Object.fromEntries(
        Object.entries(now).map(([what, all]) => [what, missing(what as keyof Seen, all)]),
      );
      const none = Object.fromEntries(Object.keys(now).map((what) => [what, []]));
      assert.deepEqual(lost, none);
    });

    test('the default of every setting', async (context) => {
      const now = await settings(context, ['--config', '/dev/null']);
      assert.deepEqual(missing('defaults', now), []);
    });

    test('a configuration with every key means the same, without a warning', async (context) => {
      const { status, output } = await printedConfig(context, root, configured);
      assert.equal(status, 0, output);
      // Warnings come before the first line of the configuration.
      assert.match(output, /^# from /);
      assert.deepEqual(missing('everyKey', valuesIn(parse(output))), []);
    });
  });
}
