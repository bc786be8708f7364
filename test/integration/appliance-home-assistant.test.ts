import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword } from '../../src/access/password.ts';
import { startOtherBroker } from '../support/other-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const opened = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';
const config = /^homeassistant\/device\/blinky_[0-9a-f]{12}\/config$/;
const anna = async () =>
  `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`;
const signedIn = { username: 'anna', password: 'secret' };
const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};

describe('Home Assistant', () => {
  test('finds the device, retained, under the same id after a restart', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, [], { stateDirectory });
    await first.lampTestOver();
    const { messages } = await first.subscribe('homeassistant/#');
    const found = await waitFor('the device', () =>
      messages.find(({ topic }) => config.test(topic)),
    );
    assert.ok(found.retained);
    const { availability, components } = JSON.parse(found.payload);
    const hears = await first.subscribe([
      availability[0].topic,
      components.light_green.state_topic,
      components.active_users.state_topic,
    ]);
    assert.equal(await hears.received('blinky/status'), 'online');
    assert.equal(await hears.received('blinky/light/green'), 'OFF');
    assert.equal(await hears.received('qliksense/users/active/count'), '0');
    await first.stop();

    const second = await startTestApp(context, [], { stateDirectory });
    const again = await second.subscribe('homeassistant/#');
    const sameDevice = await waitFor('the device', () => again.messages[0]);
    assert.equal(sameDevice.topic, found.topic);
  });

  test('is told again when it starts, and its button works for who signed in', async (context) => {
    const appliance = await startTestApp(context, [await anna()]);
    const { client, messages } = await appliance.subscribe(
      ['homeassistant/#', 'blinky/#'],
      signedIn,
    );
    await waitFor('the device', () => messages.some(({ topic }) => config.test(topic)));
    const before = messages.length;
    await client.publishAsync('homeassistant/status', 'online');
    const later = () => messages.slice(before).map(({ topic }) => topic);
    await waitFor('the device again', () => later().some((topic) => config.test(topic)));
    await waitFor('its states again', () => later().includes('blinky/light/red'));

    await appliance.lampTestOver();
    const device = messages.find(({ topic }) => config.test(topic))?.payload ?? '';
    const { command_topic: topic, payload_press: press } = JSON.parse(device).components.test_red;
    await client.publishAsync(topic, press);
    await waitFor('the blink', () => appliance.blinks('red') === 1);
  });

  test('without a user starts again: all that it shows is right, also without its birth message', async (context) => {
    const appliance = await startTestApp(context);
    await appliance.lampTestOver();
    const { messages, client } = await appliance.subscribe('homeassistant/#');
    const device = await waitFor('the device', () =>
      messages.find(({ topic }) => config.test(topic)),
    );
    const { components, availability } = JSON.parse(device.payload);
    // An event and a button have no state; Home Assistant keeps the last event itself.
    const stateless = ['event', 'button'];
    const states = Object.values(components as Record<string, Record<string, string>>)
      .filter(({ platform }) => !stateless.includes(platform ?? ''))
      .map(({ state_topic: topic = '' }) => topic);
    const topics = [
      availability[0].topic,
      components.active_users.json_attributes_topic,
      ...states,
    ];
    assert.equal(states.length, 4);
    const expected = ['online', '[]', 'OFF', 'OFF', '0', 'ON'];
    assert.equal(components.udp.name, 'Receiving events');
    assert.equal(components.udp.state_topic, 'blinky/receiving');

    const reloaded = await appliance.subscribe(topics);
    await waitFor('the states', () => reloaded.messages.length === topics.length);
    const payloadOf = (heard: typeof reloaded.messages, topic: string) =>
      heard.findLast((one) => one.topic === topic)?.payload;
    assert.deepEqual(
      topics.map((topic) => payloadOf(reloaded.messages, topic)),
      expected,
    );
    assert.ok(reloaded.messages.every(({ retained }) => retained));

    const homeAssistants = [
      [0, {}],
      [1, { protocolVersion: 5, username: 'homeassistant', password: 'x' }],
    ] as const;
    for (const [qos, options] of homeAssistants) {
      const restarted = await appliance.subscribe(topics, options);
      const eavesdropper = await appliance.subscribe('homeassistant/status');
      const before = restarted.messages.length;
      await restarted.client.publishAsync('homeassistant/status', 'online', { qos, retain: true });
      await waitFor('its states again', () =>
        topics
          .slice(1)
          .every((topic) =>
            restarted.messages.slice(before).some((one) => one.topic === topic && !one.retained),
          ),
      );
      assert.ok(restarted.client.connected);
      assert.equal(eavesdropper.messages.length, 0, 'nobody else hears it');
    }
    const others = ['homeassistant/status/x', 'homeassistant/device/x/config', 'blinky/blink'];
    for (const topic of others) await client.publishAsync(topic, 'online', { retain: true });
    const late = await appliance.subscribe('homeassistant/#');
    await late.received(device.topic);
    assert.equal(late.messages.length, 1);
  });

  test('turned off, or under another prefix, the old device is taken back', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const upstream = await startOtherBroker(context);
    const settings = (...more: string[]) => [
      'mqttConfig.brokerHost=127.0.0.1',
      `mqttConfig.brokerPort=${upstream.port}`,
      'mqttConfig.brokerTopicPrefix=oslo',
      ...more,
    ];
    const lastConfig = (prefix: string) =>
      upstream.heard.findLast(({ topic }) => topic.startsWith(`${prefix}/device/`));

    const options = { stateDirectory, ...quick };
    const first = await startTestApp(context, settings(), options);
    const announced = await waitFor('the device', () => lastConfig('homeassistant'));
    assert.match(announced.topic, config, 'Home Assistant knows of no prefix');
    assert.equal(JSON.parse(announced.payload).availability[0].topic, 'oslo/blinky/status');
    await first.stop();

    const moved = await startTestApp(
      context,
      settings('mqttConfig.homeAssistant.discoveryPrefix=ha'),
      options,
    );
    await waitFor('the new device', () => lastConfig('ha'));
    await waitFor('the old one gone', () => lastConfig('homeassistant')?.payload === '');
    assert.equal(lastConfig('homeassistant')?.retained, true);
    await moved.stop();

    const off = await startTestApp(
      context,
      settings('mqttConfig.homeAssistant.enable=false'),
      options,
    );
    await waitFor('both gone', () => lastConfig('ha')?.payload === '');
    const { messages } = await off.subscribe(['homeassistant/#', 'ha/#', 'blinky/status']);
    await waitFor('what is retained', () => messages.length > 0);
    assert.deepEqual(
      messages.map(({ topic }) => topic),
      ['blinky/status'],
    );
  });

  test('on an upstream broker, it is told again when it starts there', async (context) => {
    const upstream = await startOtherBroker(context);
    const appliance = await startTestApp(
      context,
      ['mqttConfig.brokerHost=127.0.0.1', `mqttConfig.brokerPort=${upstream.port}`],
      quick,
    );
    await waitFor('the device', () => upstream.heard.some(({ topic }) => config.test(topic)));
    const before = upstream.heard.length;
    await upstream.publish({ topic: 'homeassistant/status', payload: 'online' });
    await waitFor('the device again', () =>
      upstream.heard.slice(before).some(({ topic }) => config.test(topic)),
    );
    await appliance.lampTestOver();
    await upstream.publish({ topic: 'blinky/blink', payload: 'green' });
    await waitFor('the blink', () => appliance.blinks('green') === 1);
  });

  test('with personalData signedIn hears events and users without names', async (context) => {
    const appliance = await startTestApp(context, [
      await anna(),
      'brokerConfig.access.personalData=signedIn',
    ]);
    const nobody = await appliance.subscribe('#');
    const anybody = await appliance.subscribe('#', signedIn);
    await appliance.send(opened);
    await waitFor('the names', () =>
      anybody.messages.some(
        ({ topic, payload }) => topic.endsWith('/usernames') && payload === '["goran"]',
      ),
    );
    await nobody.received('blinky/event');
    assert.ok(nobody.messages.some(({ topic }) => config.test(topic)));
    assert.ok(nobody.messages.every(({ payload }) => !/goran|LAB/.test(payload)));
  });
});
