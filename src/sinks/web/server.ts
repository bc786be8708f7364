import type { Server } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Asset } from './assets.ts';
import { compressAnswers } from './compress.ts';
import { guard } from './guard.ts';
import { authorityRoute } from './routes/authority.ts';
import { type EventSources, eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { type SetupSources, setupRoutes } from './routes/setup.ts';
import { type StateSources, stateRoutes } from './routes/state.ts';
import { type TestEventOptions, testEventRoute } from './routes/test-event.ts';
import { visitorRoutes } from './routes/visitor.ts';
import { handleUpgrades, type UpgradeHandler } from './upgrades.ts';
import type { WebAccess } from './visitor.ts';

/** Open connections; a page keeps one or two, and one more for MQTT. */
const mostConnections = 2000;

export interface ServerParts {
  readonly assets: readonly Asset[];
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly access: Pick<WebAccess, 'hasUsers'>;
  readonly state: StateSources;
  readonly events: EventSources;
  readonly setup: SetupSources;
  readonly testEvent: TestEventOptions;
  /** The certificate that clients of the broker have to trust, PEM. */
  readonly authority: () => string | undefined;
  /** Takes MQTT over WebSocket at `/mqtt`. */
  readonly onUpgrade: UpgradeHandler | undefined;
}

/** Builds the web server; the caller lets it listen. */
export function createWebServer(parts: ServerParts): FastifyInstance<Server> {
  const server = Fastify({
    bodyLimit: 1024,
    requestTimeout: 10_000,
    connectionTimeout: 0,
    keepAliveTimeout: 15_000,
    forceCloseConnections: true,
    http: { headersTimeout: 10_000 },
  });
  server.server.maxConnections = mostConnections;
  guard(server, parts.isOwnHost);
  compressAnswers(server);
  fileRoutes(server, parts.assets);
  stateRoutes(server, parts.state);
  eventRoutes(server, parts.events);
  setupRoutes(server, parts.setup);
  authorityRoute(server, parts.authority);
  testEventRoute(server, parts.testEvent);
  visitorRoutes(server, parts.access, parts.events.visitorOf);
  handleUpgrades(server, parts.isOwnHost, parts.onUpgrade);
  return server;
}
