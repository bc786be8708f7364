import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import type { Clock } from '../../clock.ts';
import type { PartHealth } from '../../health/health.ts';
import { listenFault } from '../../health/listen-fault.ts';
import type { Log } from '../../log.ts';
import type { Publication } from '../../publications/publication.ts';
import { isPublishable } from '../../publications/publishable.ts';
import type { RetryPauses } from '../../retry-pauses.ts';
import type { Access, Identity } from './access.ts';
import type { NameRemover } from './without-names.ts';

export interface BrokerOptions {
  readonly host: string;
  /** 0 takes any free port; `port` tells which. */
  readonly port: number;
  readonly access: Access;
  /** Takes people's names out of a message, for clients that are not to know them. */
  readonly removeNames: NameRemover;
  readonly limits: { readonly clients: number; readonly packetBytes: number };
  /** Told of every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Where messages of clients without the right to publish go: nobody may subscribe to it. */
const nowhere = '$SYS/nowhere';

/** The MQTT broker inside the appliance. The only file that knows Aedes. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #identities = new WeakMap<Client, Identity>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** The TCP port it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  get clientCount(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  /** Resolves when clients can connect, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    this.#aedes = await Aedes.createBroker(this.#aedesOptions());
    this.#aedes.on('publish', (packet, client) => this.#published(packet, client));
    this.#aedes.on('clientError', (client, error) => this.#clientFailed(client, error));
    this.#aedes.on('connectionError', (client, error) => this.#clientFailed(client, error));
    await this.#listen();
  }

  /** Publishes to every subscriber. A message no client could take is dropped and logged. */
  publish({ topic, payload, retain = false }: Publication): void {
    if (!isPublishable(topic)) {
      this.#options.log.warn(`not published: ${JSON.stringify(topic)} is no valid topic`);
      return;
    }
    this.#aedes?.publish(
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain, dup: false },
      () => {},
    );
  }

  /** Serves MQTT on a stream that somebody else accepted. */
  serve(stream: Duplex): void {
    stream.on('error', () => stream.destroy());
    this.#aedes?.handle(stream);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelRetry?.();
    const server = this.#server;
    const closed = new Promise<void>((resolve) => {
      if (server) server.close(() => resolve());
      else resolve();
    });
    await new Promise<void>((resolve) => {
      if (this.#aedes) this.#aedes.close(() => resolve());
      else resolve();
    });
    await closed;
  }

  async #listen(): Promise<void> {
    const { host, port, health, log, retry, clock } = this.#options;
    const server = createServer({ noDelay: true, keepAlive: true }, (socket: Socket) =>
      this.serve(socket),
    );
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      if (this.#stopped) return;
      health.fault(
        listenFault(error, {
          protocol: 'TCP',
          host,
          port,
          purpose: 'MQTT',
          hostKey: 'Butler.brokerConfig.host',
          portKey: 'Butler.brokerConfig.port',
        }),
      );
      this.#cancelRetry = clock.schedule(retry.next(), () => void this.#listen());
      return;
    }
    server.on('error', (error) => log.warn(`a connection was not accepted: ${error.message}`));
    this.#server = server;
    retry.reset();
    log.info(`MQTT broker on mqtt://${host}:${this.port}`);
    health.ok(`listening on TCP port ${this.port}`);
  }

  #aedesOptions(): ConstructorParameters<typeof Aedes>[0] {
    const { access, limits } = this.#options;
    return {
      drainTimeout: 3000,
      connectTimeout: 5000,
      maximumPacketSize: limits.packetBytes,
      maxClientsIdLength: 65_535,
      preConnect: (_client, _packet, done) => done(null, this.clientCount < limits.clients),
      authenticate: (client, userName, password, done) => {
        access.identify(userName, password?.toString() ?? '').then(
          (identity) => {
            if (identity) this.#identities.set(client, identity);
            done(null, identity !== undefined);
          },
          (error: Error) => done(Object.assign(error, { returnCode: 3 }), false),
        );
      },
      authorizePublish: (client, packet, done) => {
        if (client && !access.mayPublish(this.#identityOf(client), packet.topic)) {
          packet.topic = nowhere;
          packet.retain = false;
        }
        done(null);
      },
      authorizeSubscribe: (client, subscription, done) => {
        const may = access.maySubscribe(this.#identityOf(client), subscription.topic);
        done(null, may ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        if (!access.hidesNames(this.#identityOf(client))) return packet;
        const payload = this.#options.removeNames(packet.topic, packet.payload.toString());
        return { ...packet, payload: Buffer.from(payload) };
      },
    };
  }

  #identityOf(client: Client): Identity {
    return this.#identities.get(client) ?? 'anonymous';
  }

  #published(packet: AedesPublishPacket, client: Client | null): void {
    if (!client || packet.topic === nowhere) return;
    this.#options.onMessage(packet.topic, Buffer.from(packet.payload));
  }

  #clientFailed(client: Client, error: Error): void {
    this.#options.log.verbose(`client ${client.id ?? 'without an id'}: ${error.message}`);
  }
}
