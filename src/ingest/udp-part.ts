import type { Part, PartTools } from '../appliance/part.ts';
import type { EventKind } from '../events/kinds.ts';
import type { PartHealth } from '../health/health.ts';
import { eventsFlow } from './flow-check.ts';
import { Ingest, type IngestOptions } from './ingest.ts';
import { type RejectedDatagram, type Rejection, Rejections } from './rejections.ts';
import type { UdpSettings } from './settings.ts';
import { UdpListener } from './udp-listener.ts';

export interface UdpPartOptions
  extends Pick<IngestOptions, 'timeIsKnown' | 'createId' | 'deliver'> {
  readonly tools: PartTools;
  readonly settings: UdpSettings;
  readonly excludeUser: IngestOptions['excludeUser'];
  readonly onRejected: (rejection: Rejection) => void;
}

export interface UdpPart extends Part<'udp'> {
  readonly health: PartHealth;
  /** The port it listens on; undefined while it doesn't listen. */
  readonly port: number | undefined;
  /** The port it listens on or will listen on. */
  readonly wantedPort: number;
  /** The address it listens on or will listen on. */
  readonly address: string;
  readonly accepted: Readonly<Record<EventKind, number>>;
  readonly lastRejected: RejectedDatagram | undefined;
  /** Checks that a datagram that the program sends to itself arrives. */
  eventsFlow(): Promise<boolean>;
}

/** Creates the part that turns what the UDP socket receives into events and rejections. */
export function createUdpPart(options: UdpPartOptions): UdpPart {
  const { tools, settings, excludeUser, onRejected, ...events } = options;
  const { clock, log, health } = tools;
  const { serverHost: host, portSessionConnectionEvents: port } = settings;
  const probe = Buffer.from(`blinky-probe;${events.createId(clock.now().getTime())}`);
  const rejections = new Rejections(clock, log, onRejected);
  const ingest = new Ingest({
    ...events,
    probe,
    allowFrom: settings.allowFrom,
    excludeUser,
    rejections,
    clock,
    log,
  });
  const listener = new UdpListener({
    ...tools,
    host,
    port,
    onDatagram: (bytes, address, senderPort) => ingest.receive(bytes, address, senderPort),
  });
  const address = () => listener.address ?? host;
  return {
    name: 'udp',
    health,
    start: async () => {
      if (settings.enable) await listener.start();
      else health.off('Butler.udpServerConfig.enable is false');
    },
    stopTaking: async () => {
      await listener.stop();
      rejections.stop();
    },
    metrics: [...listener.metrics, ...ingest.metrics, ...rejections.metrics],
    status: () => ({
      excluded: ingest.excluded,
      copies: ingest.copies,
      rejected: rejections.counts,
    }),
    get port() {
      return listener.port;
    },
    get wantedPort() {
      return listener.port ?? port;
    },
    get address() {
      return address();
    },
    accepted: ingest.accepted,
    get lastRejected() {
      return rejections.last;
    },
    eventsFlow: () =>
      eventsFlow({
        host: address(),
        port: () => listener.port,
        read: () => ingest.read,
        probe,
        clock,
      }),
  };
}

/**
 * Creates the function that publishes whether events can be received. Call it when the health of a
 * part has changed; if UDP is off, it publishes nothing.
 */
export function createUdpStatePublisher(
  { health }: Pick<UdpPart, 'health'>,
  publish: (state: 'start' | 'error') => void,
): () => void {
  let published: boolean | undefined;
  return () => {
    const { state } = health.status;
    const works = state === 'ok';
    if (state === 'off' || works === published) return;
    published = works;
    publish(works ? 'start' : 'error');
  };
}
