import type { Duplex } from 'node:stream';
import { Aedes, type AedesOptions, type AedesPublishPacket, type Client } from 'aedes';
import type { Log } from '../../log.ts';
import type { Publication } from '../../publications/publication.ts';
import { isPublishable } from '../../publications/publishable.ts';
import type { Access, Identity } from './access.ts';
import type { NameRemover } from './without-names.ts';

export interface BrokerOptions {
  readonly access: Access;
  /** Takes people's names out of a message, for clients that are not to know them. */
  readonly removeNames: NameRemover;
  readonly limits: { readonly clients: number; readonly packetBytes: number };
  /** Told of every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /** Keeps retained messages and sessions, as Aedes wants it (aedes-persistence); by default in memory. */
  readonly persistence?: AedesOptions['persistence'];
  readonly log: Log;
}

/** Where messages of clients without the right to publish go: nobody may subscribe to it. */
const nowhere = '$SYS/nowhere';

/** The MQTT broker inside the appliance. The only file that knows Aedes. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #identities = new WeakMap<Client, Identity>();
  #aedes: Aedes | undefined;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  get clientCount(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  /** Resolves when clients can be served. */
  async start(): Promise<void> {
    this.#aedes = await Aedes.createBroker(this.#aedesOptions());
    this.#aedes.on('publish', (packet, client) => this.#published(packet, client));
    this.#aedes.on('clientError', (client, error) => this.#clientFailed(client, error));
    this.#aedes.on('connectionError', (client, error) => this.#clientFailed(client, error));
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

  /**
   * Serves MQTT on a stream that a listener accepted.
   * @param remoteAddress where the client is, for the limits on addresses
   */
  serve(stream: Duplex, remoteAddress = 'unknown'): void {
    stream.on('error', () => stream.destroy());
    this.#aedes?.handle(stream);
    this.#options.log.debug(`a client connects from ${remoteAddress}`);
  }

  /** Ends every connection; calling it again changes nothing. */
  async stop(): Promise<void> {
    const aedes = this.#aedes;
    if (aedes && !aedes.closed) await new Promise<void>((resolve) => aedes.close(() => resolve()));
  }

  #aedesOptions(): AedesOptions {
    const { access, limits, persistence } = this.#options;
    return {
      ...(persistence && { persistence }),
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
