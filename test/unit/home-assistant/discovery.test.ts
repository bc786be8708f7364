import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultConfig } from '../../../src/config/load.ts';
import { type DiscoveryOptions, discoveryPayload } from '../../../src/home-assistant/discovery.ts';

interface Component {
  readonly platform: string;
  readonly unique_id: string;
  readonly name: string;
  readonly [option: string]: unknown;
}
interface Payload {
  readonly device: {
    readonly identifiers: string[];
    readonly name: string;
    configuration_url?: string;
  };
  readonly origin: { readonly name: string };
  readonly availability: readonly { readonly topic: string }[];
  readonly components: Readonly<Record<string, Component>>;
}

const options: DiscoveryOptions = {
  id: '0123456789ab',
  version: '1.2.3',
  machineName: 'blinky.lan',
  webPort: 80,
  topicPrefix: '',
  topics: defaultConfig().mqttConfig,
  udp: true,
};
// What Home Assistant gets has been through JSON.
const payload = (changed: Partial<DiscoveryOptions> = {}) =>
  JSON.parse(JSON.stringify(discoveryPayload({ ...options, ...changed }))) as Payload;

/** What a platform can't do without (its page in Home Assistant's documentation). */
const required: Readonly<Record<string, readonly string[]>> = {
  binary_sensor: ['state_topic'],
  sensor: ['state_topic'],
  event: ['state_topic', 'event_types'],
  button: ['command_topic'],
};

describe('the device that Home Assistant is told of', () => {
  test('has what Home Assistant asks for', () => {
    const { device, origin, availability, components } = payload();
    assert.deepEqual(device.identifiers, ['blinky_0123456789ab']);
    assert.equal(device.name, 'Blinky Light');
    assert.equal(device.configuration_url, 'http://blinky.local/');
    assert.ok(origin.name);
    assert.deepEqual(availability, [{ topic: 'blinky/status' }]);
    const ids = Object.values(components).map(({ unique_id }) => unique_id);
    assert.equal(new Set(ids).size, ids.length);
    for (const component of Object.values(components)) {
      assert.match(component.unique_id, /^blinky_0123456789ab_\w+$/);
      assert.ok(component.name);
      for (const key of required[component.platform] ?? ['a known platform']) {
        assert.ok(component[key], `${component.name}: ${key}`);
      }
    }
    assert.deepEqual(
      Object.fromEntries(Object.entries(components).map(([key, { platform }]) => [key, platform])),
      {
        light_green: 'binary_sensor',
        light_red: 'binary_sensor',
        active_users: 'sensor',
        last_event: 'event',
        udp: 'binary_sensor',
        test_green: 'button',
        test_red: 'button',
      },
    );
  });

  test('listens to the topics that are published, with their prefix where there is one', () => {
    const topicsOf = (topicPrefix: string) => {
      const { components, availability } = payload({ topicPrefix });
      const keys = ['state_topic', 'command_topic', 'json_attributes_topic'];
      return [
        ...availability.map(({ topic }) => topic),
        ...Object.values(components).flatMap((one) => keys.flatMap((key) => one[key] ?? [])),
      ];
    };
    assert.deepEqual(topicsOf(''), [
      'blinky/status',
      'blinky/light/green',
      'blinky/light/red',
      'qliksense/users/active/count',
      'qliksense/users/active/usernames',
      'blinky/event',
      'blinky/receiving',
      'blinky/blink',
      'blinky/blink',
    ]);
    assert.deepEqual(
      topicsOf('oslo/'),
      topicsOf('').map((topic) => `oslo/${topic}`),
    );
  });

  test('its templates name keys of the payloads, and are closed', () => {
    const { last_event: lastEvent, active_users: users } = payload().components;
    const template = String(lastEvent?.['value_template']);
    for (const key of ['kind', 'host', 'userDirectory', 'userId', 'appId']) {
      assert.match(template, new RegExp(`value_json\\.${key}\\b`));
    }
    assert.match(template, /^\{\{ \{[\s\S]*\} \| tojson \}\}$/);
    assert.equal(users?.['json_attributes_template'], "{{ {'users': value_json} | tojson }}");
    assert.deepEqual(lastEvent?.['event_types'], [
      'session-start',
      'session-stop',
      'connection-open',
      'connection-close',
    ]);
  });

  test('without a page, without UDP, on a machine with another name', () => {
    const { device, components } = payload({
      webPort: undefined,
      udp: false,
      machineName: 'shelf',
    });
    assert.equal(device.name, 'Blinky Light shelf');
    assert.equal(device.configuration_url, undefined);
    assert.equal(components['udp'], undefined);
  });
});
