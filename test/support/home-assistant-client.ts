import type { TestContext } from 'node:test';
import { type MqttSocket, openMqttSocket } from './mqtt-socket.ts';
import type { TestApp } from './test-app.ts';

/** Components with MQTT discovery, as the integration had them in 2026. */
const components = [
  ...['alarm_control_panel', 'binary_sensor', 'button', 'camera', 'climate', 'cover', 'device'],
  ...['device_automation', 'device_tracker', 'event', 'fan', 'humidifier', 'image', 'lawn_mower'],
  ...['light', 'lock', 'notify', 'number', 'scene', 'select', 'sensor', 'siren', 'switch', 'tag'],
  ...[
    'text',
    'update',
    'vacuum',
    'valve',
    'water_heater',
    'date',
    'time',
    'datetime',
    'media_player',
  ],
  ...['remote', 'todo', 'weather'],
];
const otherIntegrations = [
  ...[
    'tasmota/discovery/#',
    'drop_connect/discovery/#',
    'fully/deviceInfo/+',
    'esphome/discover/#',
  ],
  ...['dsmr/#', 'p1/#', 'inels/status/#', 'pglab/discovery/#', 'wled/#', 'omg/+/BTtoMQTT/#'],
  ...['zwave/#', 'valetudo/+/config'],
];

/** What Home Assistant subscribes to one by one. */
export const discoveryFilters: readonly string[] = [
  ...components.flatMap((one) => [
    `homeassistant/${one}/+/config`,
    `homeassistant/${one}/+/+/config`,
  ]),
  ...otherIntegrations,
];

/** Topics of the entities of a large house. */
export const entityTopics = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `zigbee2mqtt/room ${index % 40}/device ${index}`);

const inOnePacket = 500;

export interface HomeAssistantOptions {
  readonly protocolVersion: 4 | 5;
  readonly topics: readonly string[];
  readonly clientId?: string;
  readonly user?: { readonly name: string; readonly password: string };
  /** Whether its session survives the connection; Home Assistant's doesn't. */
  readonly hasSession?: boolean;
}

/**
 * Connects and subscribes as Home Assistant does when it comes back: everything at once, discovery
 * filters one a packet, other topics up to 500 a packet. Resolves with the answers, filter by filter.
 */
export async function subscribeLikeHomeAssistant(
  context: TestContext,
  { app }: Pick<TestApp, 'app'>,
  { protocolVersion, topics, clientId = 'homeassistant', user, hasSession }: HomeAssistantOptions,
): Promise<{ client: MqttSocket; granted: (readonly [string, number])[] }> {
  const client = await openMqttSocket(context, app.ports.mqtt, {
    protocolVersion,
    connect: {
      clientId,
      clean: !hasSession,
      ...(hasSession && protocolVersion === 5 && { properties: { sessionExpiryInterval: 3600 } }),
      ...(user && { username: user.name, password: Buffer.from(user.password) }),
    },
  });
  const packets = discoveryFilters.map((topic) => [topic]);
  for (let at = 0; at < topics.length; at += inOnePacket) {
    packets.push(topics.slice(at, at + inOnePacket));
  }
  packets.forEach((filters, index) => {
    client.send({
      cmd: 'subscribe',
      messageId: index + 1,
      subscriptions: filters.map((topic) => ({ topic, qos: 0, nl: false, rap: false, rh: 0 })),
    });
  });
  const granted: (readonly [string, number])[] = [];
  for (const filters of packets) {
    const answer = await client.received('suback');
    granted.push(...filters.map((filter, at) => [filter, Number(answer.granted[at])] as const));
  }
  return { client, granted };
}
