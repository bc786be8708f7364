import type { FastifyInstance } from 'fastify';
import type { EventKind } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { PartHealth } from '../health/health.ts';
import { listenFault } from '../health/listen-fault.ts';
import { withPort } from '../platform/addresses.ts';
import { BugLog, isBug } from '../platform/bug-log.ts';
import { type Clock, createTimeReader } from '../platform/clock.ts';
import { addressToBind } from '../platform/listen-address.ts';
import type { Log } from '../platform/log.ts';
import { OpenAndRetry } from '../platform/open-and-retry.ts';
import { everyOrigin } from '../platform/origin.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import { type Asset, loadAssets } from './assets.ts';
import type { PartLabel, ShownFaultCode } from './health-lists.ts';
import { HistoryKeeper, type HistoryStore } from './history-keeper.ts';
import { createHostCheck } from './host-check.ts';
import { createOriginCheck, parseHostName } from './origin-check.ts';
import { RecentEvents } from './recent.ts';
import type { SetupSources } from './routes/setup.ts';
import type { StateSources } from './routes/status.ts';
import { type SenderRejection, Senders } from './senders.ts';
import type { UpgradeHandler } from './upgrades.ts';
import { createVisitorOf, type WebAccess } from './visitor.ts';
import { WebStatistics } from './web-statistics.ts';

/** `/api/events` and the page show this many. */
const recentEvents = 500;

export interface WebSinkOptions {
  readonly host: string;
  /** 0 uses any free port; `port` returns it. */
  readonly port: number;
  /** The machine's own name, as the operating system gives it. */
  readonly machineName: string;
  /** Other names under which browsers may reach the page. */
  readonly hostNames: readonly string[];
  /** Pages of others that may use MQTT over WebSocket. */
  readonly allowedOrigins: readonly string[];
  readonly access: WebAccess;
  readonly state: StateSources;
  readonly setup: Pick<SetupSources, 'eventPort' | 'eventAddress' | 'lastRejected'>;
  /** The codes of the red light, which the page explains. */
  readonly faultCodes: readonly ShownFaultCode[];
  /** What the page calls the parts of the appliance, in the order in which it shows them. */
  readonly partLabels: readonly PartLabel[];
  /** Sends a datagram to the appliance's own UDP port; rejects with the reason if it can't. */
  readonly sendTestEvent: (kind: EventKind) => Promise<void>;
  /** Lets Slack be tried again at once; whether it was waiting after a failure. Left out: Slack is off. */
  readonly trySlackNow?: (() => boolean) | undefined;
  /** Takes MQTT over WebSocket at `/mqtt`; the page is not live without it. */
  readonly onUpgrade?: UpgradeHandler;
  /** The certificate that clients of the broker have to trust, PEM, where there is one of our own. */
  readonly authority?: () => string | undefined;
  readonly historyStore: HistoryStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

const everyPageMayListen =
  'Butler.webConfig.allowedOrigins has "*": any web page that is open in a browser on this network can read the events';

/** Serves the page and what programs ask for over HTTP. */
export class WebSink implements Sink {
  readonly name = 'web';
  readonly statistics = new WebStatistics();
  readonly #options: WebSinkOptions;
  readonly #recent = new RecentEvents(recentEvents);
  readonly #senders: Senders;
  readonly #history: HistoryKeeper;
  readonly #readTime = createTimeReader();
  readonly #server: OpenAndRetry<FastifyInstance>;
  #assets: readonly Asset[] = [];
  /** Where it listens, or is about to. */
  #address = '';

  constructor(options: WebSinkOptions) {
    const { host, port, clock, log, health, retry, historyStore: store } = options;
    this.#options = options;
    const bugs = new BugLog(clock, log);
    this.#server = new OpenAndRetry({
      open: () => this.#listen(),
      close: (server) => server.close(),
      onOpen: () => {
        log.info(`web page at http://${withPort(this.#address, this.port ?? port)}/`);
        if (options.allowedOrigins.includes(everyOrigin)) log.warn(everyPageMayListen);
        health.ok(`listening on TCP port ${this.port}`);
      },
      onFailure: (error) => {
        if (isBug(error)) bugs.report('opening the web page', error);
        health.fault(
          listenFault(error, {
            protocol: 'TCP',
            host,
            port,
            purpose: 'the web page',
            hostKey: 'Butler.webConfig.host',
            portKey: 'Butler.webConfig.port',
          }),
        );
      },
      clock,
      retry,
    });
    this.#senders = new Senders(clock);
    this.#history = new HistoryKeeper({ store, clock, log });
  }

  /** The TCP port it listens on; undefined while it does not. */
  get port(): number | undefined {
    return portOf(this.#server.opened);
  }

  /** Resolves when it listens, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    this.#assets = loadAssets(this.#options.faultCodes, this.#options.partLabels);
    await this.#history.load();
    await this.#server.start();
  }

  accept(event: UserEvent): void {
    this.#recent.add(event);
    this.#senders.add(event);
    this.#history.add(event.kind, this.#readTime(event.receivedAt));
    this.#options.log.debug?.(`${event.id} listed on the page`);
  }

  /** A datagram came that was no event. */
  rejected(rejection: SenderRejection): void {
    this.#senders.rejected(rejection);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#history.stop();
  }

  async #listen(): Promise<FastifyInstance> {
    const { host, port, log } = this.#options;
    this.#address = await addressToBind({ host, protocol: 'TCP', log });
    const server = await this.#createServer();
    try {
      await server.listen({ host: this.#address, port });
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  async #createServer(): Promise<FastifyInstance> {
    // Loaded only here: events reach the lights and the broker sooner without it.
    const { createWebServer } = await import('./server.ts');
    const {
      machineName,
      hostNames,
      allowedOrigins,
      access,
      state,
      setup,
      sendTestEvent,
      clock,
      log,
    } = this.#options;
    const visitorOf = createVisitorOf(access, createHostCheck(machineName, []));
    return createWebServer({
      assets: this.#assets,
      isOwnHost: createHostCheck(
        machineName,
        hostNames.map((text) => parseHostName(text).name),
      ),
      origins: createOriginCheck({ hostNames, allowedOrigins }),
      access,
      state,
      senders: () => this.#senders.statuses(),
      events: {
        recent: () => this.#recent.newestFirst(),
        newestId: () => this.#recent.newestId,
        lastDay: () => this.#history.lastDay(),
        visitorOf,
      },
      setup: { ...setup, senders: () => this.#senders.newestFirst(), visitorOf },
      testEvent: { send: sendTestEvent, visitorOf, clock },
      slackRetry: { tryNow: this.#options.trySlackNow, visitorOf, clock },
      onUpgrade: this.#options.onUpgrade,
      authority: () => this.#options.authority?.(),
      statistics: this.statistics,
      clock,
      log,
    });
  }
}

function portOf(server: FastifyInstance | undefined): number | undefined {
  const [address] = server?.addresses() ?? [];
  return typeof address === 'object' ? address.port : undefined;
}
