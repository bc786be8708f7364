import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parts } from '../../src/appliance/parts.ts';
import type { PartStatus } from '../../src/health/health.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

/** These start and stop, and have nothing to say of their health unless they fail at that. */
const silent = ['home assistant', 'sign-in', 'active users', 'start guard'];
const reporting = parts.map(({ name }) => name).filter((name) => !silent.includes(name));

async function partsOf({ get }: TestApp): Promise<Record<string, PartStatus>> {
  const status = (await (await get('/api/status')).json()) as { parts: Record<string, PartStatus> };
  return status.parts;
}

describe('the parts of a running appliance', () => {
  test('each has a row of the table, and each row has its part', async (context) => {
    const app = await startTestApp(context, [
      'brokerConfig.tls.enable=true',
      'brokerConfig.tls.port=0',
      'slackConfig.enable=true',
      'slackConfig.apiUrl=http://127.0.0.1:9/api/',
      'mqttConfig.brokerHost=127.0.0.1',
      'mqttConfig.brokerPort=9',
      'satelliteConfig.brokerHost=127.0.0.1',
      'satelliteConfig.brokerPort=9',
    ]);
    assert.deepEqual(Object.keys(await partsOf(app)).sort(), [...reporting].sort());
  });

  test('one that is switched off is there as well, and says which setting did that', async (context) => {
    const found = await partsOf(await startTestApp(context, ['udpServerConfig.enable=false']));
    const off = Object.entries(found).filter(([, { state }]) => state === 'off');
    assert.deepEqual(Object.fromEntries(off.map(([name, { message }]) => [name, message])), {
      udp: 'Butler.udpServerConfig.enable is false',
      'mqtt tls': 'Butler.brokerConfig.tls.enable is false',
      slack: 'Butler.slackConfig.enable is false',
      upstream: 'Butler.mqttConfig.brokerHost is empty',
      satellite: 'Butler.satelliteConfig.brokerHost is empty',
      button: 'Butler.lightConfig.button.enable is false',
      network: 'only checked on a Raspberry Pi',
    });
  });

  test('the metrics of every part are there, whether it is on or off', async (context) => {
    const { get } = await startTestApp(context);
    const text = await (await get('/metrics')).text();
    for (const line of [
      /^blinky_build_info\{/m,
      /^blinky_events_total\{kind="session-start"\} 0$/m,
      /^blinky_light_latency_seconds_bucket\{le="0\.00005"\} 0$/m,
      /^blinky_datagrams_rejected_total\{reason="empty"\} 0$/m,
      /^blinky_blinks_total\{light="green"\} 0$/m,
      /^blinky_blinks_coalesced_total\{light="red"\} 0$/m,
      /^blinky_events_waiting\{sink="broker"\} 0$/m,
      /^blinky_events_dropped_total\{sink="active users"\} 0$/m,
      /^blinky_events_failed_total\{sink="web"\} 0$/m,
      /^blinky_slack_waiting 0$/m,
      /^blinky_slack_events_total\{result="delivered"\} 0$/m,
      /^blinky_part_up\{part="mqtt"\} 1$/m,
      /^blinky_active_users 0$/m,
      /^blinky_mqtt_clients 0$/m,
      /^blinky_mqtt_queued_bytes 0$/m,
      /^blinky_limit_exceeded_total\{limit="clients"\} 0$/m,
      /^blinky_web_connections \d+$/m,
    ]) {
      assert.match(text, line);
    }
    assert.doesNotMatch(text, /part="slack"/);
  });
});

test('a button that can not be let go of is logged under its name, and the rest stops', async (context) => {
  const openButton = async () => ({
    close: () => {
      throw new Error('no such pin');
    },
  });
  const { lines, stop } = await startTestApp(context, [], { openButton });
  await stop();
  const [line] = lines.filter((one) => one.startsWith('error'));
  assert.match(line ?? '', /button: did not stop cleanly: Error: no such pin/);
});
