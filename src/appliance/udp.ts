import type { Config } from '../config/schema.ts';
import type { PartHealth } from '../health/health.ts';
import { eventsFlow } from '../ingest/flow-check.ts';
import { Ingest, type IngestOptions } from '../ingest/ingest.ts';
import { type Rejection, Rejections } from '../ingest/rejections.ts';
import { UdpListener } from '../ingest/udp-listener.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';

export interface UdpOptions extends Pick<IngestOptions, 'timeIsKnown' | 'createId' | 'deliver'> {
  readonly config: Config;
  readonly tools: {
    readonly clock: Clock;
    readonly log: Log;
    readonly health: PartHealth;
    readonly retry: RetryPauses;
  };
  readonly onRejected: (rejection: Rejection) => void;
}

/** The way in: from the UDP socket to events and rejections. */
export function createUdp({ config, tools, onRejected, ...events }: UdpOptions) {
  const { clock, log } = tools;
  const { serverHost: host, portSessionConnectionEvents: port } = config.udpServerConfig;
  const probe = Buffer.from(`blinky-probe;${events.createId(clock.now().getTime())}`);
  const rejections = new Rejections(clock, log, onRejected);
  const ingest = new Ingest({
    ...events,
    probe,
    allowFrom: config.udpServerConfig.allowFrom,
    excludeUser: config.userEvents.excludeUser,
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
  /** Where it listens, or is to. */
  const address = () => listener.address ?? host;
  return {
    ingest,
    listener,
    rejections,
    address,
    /** Whether a datagram of the program's own arrives. */
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
