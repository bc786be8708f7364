import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import mqttPacket from 'mqtt-packet';
import { waitFor } from './wait-for.ts';

/** An MQTT client that does what it is told, byte by byte. */
export interface MqttSocket {
  readonly socket: Socket;
  /** What the broker has sent, packet by packet. */
  readonly packets: readonly mqttPacket.Packet[];
  readonly isClosed: () => boolean;
  /** Sends a packet, or bytes as they are. */
  send(packet: mqttPacket.Packet | Uint8Array): void;
  /** Resolves with the next packet of this kind that has not been asked for. */
  received<Cmd extends mqttPacket.Packet['cmd']>(
    cmd: Cmd,
  ): Promise<Extract<mqttPacket.Packet, { cmd: Cmd }>>;
  closed(): Promise<unknown>;
}

export interface MqttSocketOptions {
  readonly protocolVersion?: 3 | 4 | 5;
  readonly connect?: Partial<mqttPacket.IConnectPacket>;
  /** Do not send a CONNECT. */
  readonly silent?: boolean;
}

/** Opens a connection to the broker, and signs in unless told not to. */
export async function openMqttSocket(
  context: TestContext,
  port: number | undefined,
  options: MqttSocketOptions = {},
): Promise<MqttSocket> {
  const { protocolVersion = 4 } = options;
  const socket = connect(port ?? 0, '127.0.0.1');
  context.after(() => socket.destroy());
  const packets: mqttPacket.Packet[] = [];
  const asked = new Set<mqttPacket.Packet>();
  let closed = false;
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet) => packets.push(packet));
  socket.on('data', (bytes) => parser.parse(bytes));
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  const client: MqttSocket = {
    socket,
    packets,
    isClosed: () => closed,
    send: (packet) => {
      socket.write(
        packet instanceof Uint8Array ? packet : mqttPacket.generate(packet, { protocolVersion }),
      );
    },
    received: async (cmd) => {
      const found = await waitFor(`${cmd} from the broker`, () =>
        packets.find(
          (packet): packet is Extract<mqttPacket.Packet, { cmd: typeof cmd }> =>
            packet.cmd === cmd && !asked.has(packet),
        ),
      );
      asked.add(found);
      return found;
    },
    closed: () => waitFor('end of the connection', () => closed),
  };
  await waitFor('connection', () => !socket.connecting);
  if (!options.silent) {
    client.send({
      cmd: 'connect',
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion,
      clientId: `socket-${Math.random().toString(36).slice(2)}`,
      clean: true,
      keepalive: 0,
      ...options.connect,
    });
    await client.received('connack');
  }
  return client;
}
