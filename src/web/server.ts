import type { Server } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import { BugLog } from '../platform/bug-log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Asset } from './assets.ts';
import { compressAnswers } from './compress.ts';
import { ForeignOrigins } from './foreign-origins.ts';
import { guard, type RequestChecks } from './guard.ts';
import type { OriginCheck } from './origin-check.ts';
import { authorityRoute } from './routes/authority.ts';
import { type EventSources, eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { helpRoutes } from './routes/help.ts';
import { type SetupSources, setupRoutes } from './routes/setup.ts';
import { type SlackRetryOptions, slackRetryRoute } from './routes/slack-retry.ts';
import { type SenderSources, type StateSources, stateRoutes } from './routes/status.ts';
import { type TestEventOptions, testEventRoute } from './routes/test-event.ts';
import { visitorRoutes } from './routes/visitor-route.ts';
import { handleUpgrades, type UpgradeHandler } from './upgrades.ts';
import type { WebAccess } from './visitor.ts';
import { WebGate } from './web-gate.ts';
import type { WebStatistics } from './web-statistics.ts';

/** How long a request may take to arrive, headers and body, ms. */
const requestMs = 10_000;
/** Node looks so often for requests that take longer, ms. */
const lookMs = 1000;
/** How long a client may take none of its answer, ms. */
const stalledMs = 30_000;
/** How long a connection may wait for its next request, ms. */
const keptAliveMs = 15_000;

export interface ServerParts {
  readonly assets: readonly Asset[];
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly origins: OriginCheck;
  readonly access: Pick<WebAccess, 'hasUsers'>;
  readonly state: StateSources;
  readonly senders: SenderSources['senders'];
  readonly events: EventSources;
  readonly setup: SetupSources;
  readonly testEvent: TestEventOptions;
  readonly slackRetry: SlackRetryOptions;
  /** The certificate that clients of the broker have to trust, PEM. */
  readonly authority: () => string | undefined;
  /** Takes MQTT over WebSocket at `/mqtt`. */
  readonly onUpgrade: UpgradeHandler | undefined;
  readonly statistics: WebStatistics;
  readonly clock: Clock;
  readonly log: Log;
}

/** Builds the web server; the caller lets it listen. */
export function createWebServer(parts: ServerParts): FastifyInstance<Server> {
  const server = Fastify({
    bodyLimit: 1024,
    requestTimeout: requestMs,
    connectionTimeout: stalledMs,
    keepAliveTimeout: keptAliveMs,
    forceCloseConnections: true,
    http: { headersTimeout: requestMs, connectionsCheckingInterval: lookMs },
  });
  const gate = new WebGate(parts);
  gate.guard(server.server);
  const foreign = new ForeignOrigins(parts);
  server.addHook('onClose', async () => foreign.stop());
  const checks: RequestChecks = { ...parts, foreign };
  guard(server, checks, new BugLog(parts.clock, parts.log));
  compressAnswers(server);
  fileRoutes(server, parts.assets);
  helpRoutes(server);
  const { senders } = parts;
  const { visitorOf } = parts.events;
  stateRoutes(server, parts.state, { senders, visitorOf }, parts.clock);
  eventRoutes(server, parts.events, parts.clock);
  setupRoutes(server, parts.setup);
  authorityRoute(server, parts.authority);
  testEventRoute(server, parts.testEvent);
  slackRetryRoute(server, parts.slackRetry);
  visitorRoutes(server, parts.access, visitorOf);
  handleUpgrades(server, checks, parts.onUpgrade, gate);
  return server;
}
