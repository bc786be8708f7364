import type { TestContext } from 'node:test';
import type { IPublishPacket } from 'mqtt-packet';
import { type MqttSocket, openMqttSocket } from './mqtt-socket.ts';
import type { TestApp } from './test-app.ts';

/** A client that speaks MQTT 5; one with an id has a session that survives its connection. */
export function open5(
  context: TestContext,
  { app }: Pick<TestApp, 'app'>,
  clientId?: string,
): Promise<MqttSocket> {
  return openMqttSocket(context, app.ports.mqtt, {
    protocolVersion: 5,
    ...(clientId !== undefined && {
      connect: { clientId, clean: false, properties: { sessionExpiryInterval: 1000 } },
    }),
  });
}

/** Subscribes, and resolves when the broker has granted it. */
export const subscribe = (
  client: MqttSocket,
  topic: string,
  { qos = 1, identifier, nl = false }: { qos?: 0 | 1 | 2; identifier?: number; nl?: boolean } = {},
) => {
  client.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic, qos, nl, rap: true, rh: 0 }],
    ...(identifier !== undefined && { properties: { subscriptionIdentifier: identifier } }),
  });
  return client.received('suback');
};

export const messagesOf = ({ packets }: MqttSocket): IPublishPacket[] =>
  packets.filter((packet) => packet.cmd === 'publish');
