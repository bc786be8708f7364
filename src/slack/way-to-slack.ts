import { Agent } from 'node:http';
import { Agent as EncryptingAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { type Environment, findProxy, type WebProxy } from './find-proxy.ts';
import type { PermanentFailure } from './post-outcome.ts';
import { ProxyAgent } from './proxy-agent.ts';
import { readAuthorities, trusting } from './trusted-authorities.ts';

/** How Slack is reached from this network: proxy and trusted certificates. */
export interface WayToSlack {
  readonly proxy?: WebProxy;
  /** Whether certificates from `caFile` are trusted as well. */
  readonly hasOwnAuthorities: boolean;
  readonly agent?: Agent;
  readonly secureContext?: SecureContext;
}

export interface WaySettings {
  /** `Butler.slackConfig.proxy`, or empty. */
  readonly proxy?: string;
  /** `Butler.slackConfig.caFile`, or empty. */
  readonly caFile?: string;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are read from. */
  readonly environment?: Environment;
}

/** Without a proxy, and with the well-known authorities. */
export const directWay: WayToSlack = { hasOwnAuthorities: false };

/** The route that the settings describe now. */
export interface FoundWay {
  readonly kind: 'found';
  /** The trusted certificates, to notice changes. */
  readonly found: string;
  /** Makes it usable; slow, so it isn't called just to look for changes. */
  open(): WayToSlack;
}

/** Finds the route to a server; reads the certificates again. Never rejects. */
export async function findWay(
  { proxy: setting = '', caFile = '', environment = {} }: WaySettings,
  target: URL,
): Promise<FoundWay | PermanentFailure> {
  const found = findProxy(setting, environment, target);
  if (found.kind === 'permanent') return found;
  const authorities = caFile
    ? await readAuthorities(caFile, environment['NODE_EXTRA_CA_CERTS'])
    : undefined;
  if (authorities?.kind === 'permanent') return authorities;
  const certificates = authorities?.certificates ?? [];
  const proxy = found.kind === 'proxy' ? found.proxy : undefined;
  return {
    kind: 'found',
    found: certificates.join(''),
    open: () => openWay(proxy, certificates, target),
  };
}

function openWay(
  proxy: WebProxy | undefined,
  certificates: readonly string[],
  target: URL,
): WayToSlack {
  if (!proxy && certificates.length === 0) return directWay;
  const secureContext = certificates.length > 0 ? trusting(certificates) : undefined;
  return {
    hasOwnAuthorities: secureContext !== undefined,
    agent: proxy ? new ProxyAgent(proxy, secureContext) : ownAgent(target),
    ...(proxy && { proxy }),
    ...(secureContext && { secureContext }),
  };
}

/** Not the shared agent, which would reuse earlier connections. */
function ownAgent({ protocol }: URL): Agent {
  return protocol === 'https:'
    ? new EncryptingAgent({ keepAlive: true })
    : new Agent({ keepAlive: true });
}
