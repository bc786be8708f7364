import { type Colour, colours } from '../../hardware/lamp.ts';
import { eventKinds } from '../events/kinds.ts';
import { ownTopics, type TopicSettings } from '../publications/topics.ts';

export interface DiscoveryOptions {
  /** Identifies this appliance permanently. */
  readonly id: string;
  readonly version: string;
  /** The machine's name. */
  readonly machineName: string;
  /** The port of the page; undefined where there is none. */
  readonly webPort: number | undefined;
  /** The start of every topic on the broker that Home Assistant uses. */
  readonly topicPrefix: string;
  readonly topics: Pick<TopicSettings, 'activeUserCountTopic' | 'activeUsersTopic'>;
  /** Whether events come by UDP. */
  readonly udp: boolean;
}

/** An event's attributes in Home Assistant, out of the payload of `blinky/event`. */
const eventTemplate = `{{ {
  'event_type': value_json.kind,
  'host': value_json.host,
  'user': (value_json.userDirectory ~ '/' ~ value_json.userId) if value_json.userId else '',
  'app_id': value_json.appId | default('')
} | tojson }}`;

/**
 * What Home Assistant needs to know to show the appliance as one device: the payload of
 * `<prefix>/device/<id>/config` (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery,
 * "Device discovery payload"; each component as its own page there describes it).
 */
export function discoveryPayload(options: DiscoveryOptions): object {
  const { id, version, machineName, webPort, topicPrefix, topics, udp } = options;
  const there = (topic: string) => topicPrefix + topic;
  const component = (platform: string, key: string, name: string, more: object) => ({
    [key]: { platform, unique_id: `blinky_${id}_${key}`, name, ...more },
  });
  const light = (colour: Colour) =>
    component('binary_sensor', `light_${colour}`, `${capitalized(colour)} light`, {
      state_topic: there(ownTopics.light(colour)),
      payload_on: 'ON',
      payload_off: 'OFF',
      icon: 'mdi:led-on',
    });
  const testButton = (colour: Colour) =>
    component('button', `test_${colour}`, `Test the ${colour} light`, {
      command_topic: there(ownTopics.blink),
      payload_press: colour,
      icon: 'mdi:gesture-tap-button',
      entity_category: 'diagnostic',
    });
  const shortName = machineName.replace(/\..*$/, '');
  return {
    device: {
      identifiers: [`blinky_${id}`],
      name: shortName === 'blinky' ? 'Blinky Light' : `Blinky Light ${shortName}`,
      manufacturer: 'Blinky Light',
      model: 'Lights for Qlik Sense user activity',
      sw_version: version,
      ...(webPort !== undefined && {
        configuration_url: `http://${shortName}.local${webPort === 80 ? '' : `:${webPort}`}/`,
      }),
    },
    origin: { name: 'Blinky Light', sw_version: version },
    availability: [{ topic: there(ownTopics.status) }],
    components: {
      ...forLights(light),
      ...component('sensor', 'active_users', 'Active users', {
        state_topic: there(topics.activeUserCountTopic),
        state_class: 'measurement',
        unit_of_measurement: 'users',
        icon: 'mdi:account-group',
        json_attributes_topic: there(topics.activeUsersTopic),
        json_attributes_template: "{{ {'users': value_json} | tojson }}",
      }),
      ...component('event', 'last_event', 'Last event', {
        state_topic: there(ownTopics.event),
        event_types: [...eventKinds],
        value_template: eventTemplate,
        icon: 'mdi:account-arrow-right',
      }),
      ...(udp &&
        component('binary_sensor', 'udp', 'Receiving events', {
          state_topic: there(ownTopics.receiving),
          payload_on: 'ON',
          payload_off: 'OFF',
          device_class: 'connectivity',
          entity_category: 'diagnostic',
        })),
      ...forLights(testButton),
    },
  };
}

const forLights = (components: (colour: Colour) => object): object =>
  Object.assign({}, ...colours.map(components));

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
