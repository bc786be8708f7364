import type { Duplex } from 'node:stream';
import { Aedes, type AedesOptions, type AedesPublishPacket, type Client } from 'aedes';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Access, Identity } from './access.ts';
import type { BrokerStore } from './persistence/broker-store.ts';
import { LeftWills } from './persistence/left-wills.ts';
import type { SessionClient } from './persistence/session.ts';
import { isPublishable } from './publishable.ts';
import type { NameRemover } from './without-names.ts';

export interface BrokerOptions {
  readonly access: Access;
  /** Takes people's names out of a message, for clients that are not to know them. */
  readonly removeNames: NameRemover;
  readonly limits: {
    readonly clients: number;
    readonly packetBytes: number;
    readonly sessionExpirySeconds: number;
  };
  /** Told of every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /** Keeps retained messages and sessions over restarts; without it they are in memory only. */
  readonly store?: BrokerStore;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain?: boolean;
  /** 1 for what clients with a persistent session get later when they are away; by default 0. */
  readonly qos?: 0 | 1;
}

/** Where messages of clients without the right to publish go: nobody may subscribe to it. */
const nowhere = '$SYS/nowhere';

/**
 * Aedes numbers a message when it takes it, and delivers it after a few promises, how many depends
 * on its kind. A client never gets a message after one with a higher number, so that none may
 * overtake another: each begins in a turn of the event loop of its own.
 */
const inItsOwnTurn = setImmediate;

/** The MQTT broker inside the appliance. The only file that knows Aedes. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #identities = new WeakMap<Client, Identity>();
  #aedes: Aedes | undefined;
  #leftWills: LeftWills | undefined;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  get clientCount(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  /** Resolves when clients can be served. */
  async start(): Promise<void> {
    const { store } = this.#options;
    const aedes = await Aedes.createBroker(this.#aedesOptions());
    this.#aedes = aedes;
    aedes.on('publish', (packet, client) => this.#published(packet, client));
    aedes.on('clientError', (client, error) => this.#clientFailed(client, error));
    aedes.on('connectionError', (client, error) => this.#clientFailed(client, error));
    if (!store) return;
    aedes.on('client', (client) => {
      store.connected(client as SessionClient);
      this.#forgetForbiddenWill(client, store);
    });
    aedes.on('clientDisconnect', (client) => store.disconnected(client as SessionClient));
    this.#leftWills = new LeftWills({
      ...this.#options,
      store,
      publish: (will) =>
        aedes.publish({ ...(will as AedesPublishPacket), cmd: 'publish', dup: false }, () => {}),
    });
    this.#leftWills.start();
  }

  /** Publishes to every subscriber. A message no client could take is dropped and logged. */
  publish({ topic, payload, retain = false, qos = 0 }: Publication): void {
    if (!isPublishable(topic)) {
      this.#options.log.warn(`not published: ${JSON.stringify(topic)} is no valid topic`);
      return;
    }
    if (retain) this.#options.store?.addOwnTopic(topic);
    const packet = {
      cmd: 'publish' as const,
      topic,
      payload: Buffer.from(payload),
      retain,
      dup: false,
    };
    inItsOwnTurn(() => this.#aedes?.publish({ ...packet, qos }, () => {}));
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
    this.#leftWills?.stop();
    if (!aedes || aedes.closed) return;
    // What was published before leaves before.
    await new Promise<void>((resolve) => inItsOwnTurn(resolve));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await this.#options.store?.destroy();
  }

  #aedesOptions(): AedesOptions {
    const { access, limits, store } = this.#options;
    return {
      ...(store && { persistence: store, sessionExpiryIntervalLimit: limits.sessionExpirySeconds }),
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
        const kept = client && store?.accept(client as SessionClient, packet);
        if (kept) kept.then(() => inItsOwnTurn(() => done(null)), done);
        else inItsOwnTurn(() => done(null));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const may = access.maySubscribe(this.#identityOf(client), subscription.topic);
        done(null, may ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        if (store && !store.mayForward(client as SessionClient, packet)) return null;
        if (!access.hidesNames(this.#identityOf(client))) return packet;
        // The packet is this client's own. Aedes sends what it is given here, except out of a queue,
        // where it sends the packet that it has given.
        const payload = this.#options.removeNames(packet.topic, packet.payload.toString());
        packet.payload = Buffer.from(payload);
        return packet;
      },
    };
  }

  /** Aedes asks whether a will may be published only when it publishes it, which may be in another run. */
  #forgetForbiddenWill(client: Client, store: BrokerStore): void {
    const { will } = client as Client & { readonly will?: { readonly topic: string } };
    const may = will && this.#options.access.mayPublish(this.#identityOf(client), will.topic);
    if (will && !may) void store.delWill(client);
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
