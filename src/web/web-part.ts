import { hostname } from 'node:os';
import { sendTestEvent } from '../appender/send-test-event.ts';
import { offPart, type Part, type PartTools, sinkPart } from '../appliance/part.ts';
import type { PartHealth } from '../health/health.ts';
import type { SetupSources } from './routes/setup.ts';
import type { SenderRejection } from './senders.ts';
import type { WebSettings } from './settings.ts';
import { WebSink, type WebSinkOptions } from './web-sink.ts';

/** Where events come in by UDP, as the page shows and tries it. */
export interface EventEntry {
  readonly port: number | undefined;
  readonly wantedPort: number;
  readonly address: string;
  readonly health: PartHealth;
  readonly lastRejected: ReturnType<SetupSources['lastRejected']>;
}

export interface WebPartOptions
  extends Pick<
    WebSinkOptions,
    | 'state'
    | 'faultCodes'
    | 'partLabels'
    | 'trySlackNow'
    | 'onUpgrade'
    | 'authority'
    | 'historyStore'
  > {
  readonly tools: PartTools;
  readonly settings: WebSettings;
  readonly access: WebSinkOptions['access'];
  readonly events: EventEntry;
}

export interface WebPart extends Part<'web'> {
  /** The TCP port it listens on; undefined while it does not. */
  readonly port: number | undefined;
  /** A datagram came that was no event. */
  rejected(rejection: SenderRejection): void;
}

/** The page and what programs ask for over HTTP, where that is wanted. */
export function createWebPart(options: WebPartOptions): WebPart {
  const { tools, settings, events, ...rest } = options;
  if (!settings.enable) {
    return {
      ...offPart('web', tools.health, 'Butler.webConfig.enable is false'),
      port: undefined,
      rejected: () => {},
    };
  }
  const sink = new WebSink({
    ...rest,
    ...tools,
    host: settings.host,
    port: settings.port,
    machineName: hostname(),
    hostNames: settings.hostNames,
    allowedOrigins: settings.allowedOrigins,
    setup: {
      eventPort: () => events.wantedPort,
      eventAddress: () => events.address,
      lastRejected: () => events.lastRejected,
    },
    sendTestEvent: async (kind) => {
      const { port, address: host, health } = events;
      if (port === undefined) throw new Error(health.status.message);
      await sendTestEvent(kind, hostname(), { host, port });
    },
  });
  return {
    ...sinkPart('web', sink, { metrics: sink.statistics.metrics }),
    get port() {
      return sink.port;
    },
    rejected: (rejection) => sink.rejected(rejection),
  };
}
