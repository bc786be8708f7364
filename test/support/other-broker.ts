import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Aedes, type AuthenticateError, type PublishPacket } from 'aedes';

export interface OtherBrokerOptions {
  readonly user?: string;
  readonly password?: string;
}

export interface HeardMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retained: boolean;
}

/** A broker that is not the appliance's, in this process; what it keeps survives a stop. */
export class OtherBroker {
  /** Everything that clients published, in order. */
  readonly heard: HeardMessage[] = [];
  /** Client ids of everybody who connected, in order. */
  readonly connects: string[] = [];
  port = 0;
  readonly #aedes: Aedes;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(aedes: Aedes) {
    this.#aedes = aedes;
    aedes.on('publish', (packet, client) => {
      // A will comes without a client.
      if (!client && packet.topic.startsWith('$SYS')) return;
      const { topic, payload, qos, retain } = packet;
      this.heard.push({ topic, payload: payload.toString(), qos, retained: retain });
    });
    aedes.on('client', (client) => this.connects.push(client.id));
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Listens, at the same port as before. */
  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#aedes.handle(socket);
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts every connection and listens no more. */
  async away(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  publish(packet: { topic: string; payload: string; retain?: boolean }): Promise<void> {
    const whole: PublishPacket = {
      cmd: 'publish',
      qos: 1,
      dup: false,
      retain: packet.retain ?? false,
      topic: packet.topic,
      payload: Buffer.from(packet.payload),
    };
    return new Promise((resolve, reject) => {
      this.#aedes.publish(whole, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    await this.away();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
  }
}

/** Starts a broker that ends with the test. */
export async function startOtherBroker(
  context: TestContext,
  { user, password }: OtherBrokerOptions = {},
): Promise<OtherBroker> {
  const aedes = await Aedes.createBroker({
    authenticate: (_client, givenUser, givenPassword, done) => {
      if (user === undefined || (givenUser === user && givenPassword?.toString() === password)) {
        done(null, true);
        return;
      }
      const refusal = new Error('wrong password') as AuthenticateError;
      refusal.returnCode = 4;
      done(refusal, false);
    },
  });
  const broker = new OtherBroker(aedes);
  await broker.listen();
  context.after(() => broker.close());
  return broker;
}
