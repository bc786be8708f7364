import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import mqttPacket, {
  type IConnackPacket,
  type IConnectPacket,
  type IPublishPacket,
} from 'mqtt-packet';

/** What a broker does not take, and how it says so. */
export interface StrictRules {
  /** A retained will: refused with this return code, or cut off. */
  readonly retainedWill?: 'cut' | number;
  /** Any will. */
  readonly will?: 'cut' | number;
  /** A retained message: the connection is cut, before or after the message is acknowledged. */
  readonly retainedMessage?: 'cut' | 'acknowledge-and-cut';
  /** Topics on which nobody may publish: the connection is cut (3.1.1), or the message refused (5). */
  readonly forbidden?: (topic: string) => boolean;
  /** Why (5); left out: not authorized. */
  readonly forbiddenCode?: number;
  /** The versions spoken there. */
  readonly versions?: readonly number[];
  /** What the CONNACK of MQTT 5 says. */
  readonly properties?: IConnackPacket['properties'];
  /** TLS with this certificate; clients must show one that this authority issued. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string };
}

/** A broker with rules of its own, as some in clouds have them. Delivers nothing to anybody. */
export class StrictBroker {
  readonly connects: IConnectPacket[] = [];
  /** Messages that it took. */
  readonly taken: IPublishPacket[] = [];
  /** How often it cut or refused a client. */
  refusals = 0;
  /** Most messages that waited for an acknowledgement at a time. */
  mostInFlight = 0;
  port = 0;
  rules: StrictRules;
  readonly #sockets = new Set<Socket>();

  constructor(rules: StrictRules) {
    this.rules = rules;
  }

  async listen(context: TestContext): Promise<void> {
    const { tls } = this.rules;
    const server: Server = tls
      ? createTlsServer(
          {
            cert: readFileSync(tls.certFile),
            key: readFileSync(tls.keyFile),
            ca: readFileSync(tls.caFile),
            requestCert: true,
            rejectUnauthorized: true,
          },
          (socket) => this.#serve(socket),
        )
      : createServer((socket) => this.#serve(socket));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    context.after(() => {
      server.close();
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  payloads(topic: string): string[] {
    return this.taken.filter((one) => one.topic === topic).map(({ payload }) => payload.toString());
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    let version = 4;
    let inFlight = 0;
    const parser = mqttPacket.parser();
    const send = (packet: mqttPacket.Packet) => {
      if (socket.writable) socket.write(mqttPacket.generate(packet, { protocolVersion: version }));
    };
    const refuse = (how: 'cut' | number) => {
      this.refusals += 1;
      if (how === 'cut') socket.destroy();
      else {
        send({ cmd: 'connack', sessionPresent: false, returnCode: how, reasonCode: how });
        socket.end();
      }
    };
    parser.on('packet', (packet) => {
      if (socket.destroyed || socket.writableEnded) return;
      if (packet.cmd === 'connect') {
        version = packet.protocolVersion ?? 4;
        this.connects.push(packet);
        const refusal = this.#refusalOf(packet);
        if (refusal !== undefined) {
          refuse(refusal);
          return;
        }
        const properties = version === 5 ? { properties: this.rules.properties ?? {} } : {};
        send({
          cmd: 'connack',
          sessionPresent: false,
          returnCode: 0,
          reasonCode: 0,
          ...properties,
        });
      } else if (packet.cmd === 'publish') {
        inFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, inFlight);
        // Later, so that it is seen how many come before an answer.
        setImmediate(() => {
          inFlight -= 1;
          this.#take(packet, version, socket, send);
        });
      } else if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(() => 1);
        send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
      } else if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
      else if (packet.cmd === 'disconnect') socket.end();
    });
    parser.on('error', () => socket.destroy());
    socket.on('data', (bytes) => parser.parse(bytes));
  }

  #refusalOf({ will, protocolVersion = 4 }: IConnectPacket): 'cut' | number | undefined {
    const { versions = [4, 5], retainedWill, properties } = this.rules;
    if (!versions.includes(protocolVersion)) return protocolVersion === 5 ? 0x84 : 1;
    if (!will) return undefined;
    if (this.rules.will !== undefined) return this.rules.will;
    if (will.retain && retainedWill !== undefined) return retainedWill;
    if (protocolVersion !== 5) return undefined;
    // MQTT 5, section 3.2.2.3.5 and 3.2.2.3.4.
    if (will.retain && properties?.retainAvailable === false) return 0x9a;
    if ((will.qos ?? 0) > (properties?.maximumQoS ?? 2)) return 0x9b;
    return undefined;
  }

  #take(
    packet: IPublishPacket,
    version: number,
    socket: Socket,
    send: (packet: mqttPacket.Packet) => void,
  ): void {
    const { retainedMessage, forbidden, forbiddenCode = 0x87, properties } = this.rules;
    const disconnect = (reasonCode: number) => {
      this.refusals += 1;
      send({ cmd: 'disconnect', reasonCode });
      socket.end();
    };
    const messageId = packet.messageId ?? 0;
    if (forbidden?.(packet.topic)) {
      if (version === 5) send({ cmd: 'puback', messageId, reasonCode: forbiddenCode });
      else socket.destroy();
      this.refusals += 1;
      return;
    }
    if (version === 5 && packet.retain && properties?.retainAvailable === false) {
      disconnect(0x9a);
      return;
    }
    if (version === 5 && packet.qos > (properties?.maximumQoS ?? 2)) {
      disconnect(0x9b);
      return;
    }
    if (packet.retain && retainedMessage) {
      this.refusals += 1;
      if (retainedMessage === 'cut') socket.destroy();
      else {
        send({ cmd: 'puback', messageId });
        socket.end();
      }
      return;
    }
    this.taken.push(packet);
    if (packet.qos > 0) send({ cmd: 'puback', messageId });
  }
}

/** Starts a broker with rules that ends with the test. */
export async function startStrictBroker(
  context: TestContext,
  rules: StrictRules,
): Promise<StrictBroker> {
  const broker = new StrictBroker(rules);
  await broker.listen(context);
  return broker;
}
