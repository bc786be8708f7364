import { describeEndpoint, type Endpoint } from '../link/remote-broker.ts';
import { RemoteBrokerFault } from '../link/remote-broker-fault.ts';
import type { RemoteBrokerSettings } from '../link/settings.ts';
import type { FoundService } from './browse.ts';

/** The `brokerHost` that makes the satellite search for an appliance. */
export const searchHost = 'auto';

export interface LocateOptions {
  readonly settings: Pick<RemoteBrokerSettings, 'brokerHost' | 'brokerPort' | 'tls'>;
  /** Asks the local network who offers MQTT. */
  readonly browse: () => Promise<readonly FoundService[]>;
  readonly isOwnBroker: (peer: Endpoint) => boolean;
}

/** Makes the function that finds the satellite's broker. */
export function createLocator(options: LocateOptions): () => Promise<Endpoint> {
  const { settings, browse, isOwnBroker } = options;
  if (settings.brokerHost !== searchHost) {
    return async () => ({ host: settings.brokerHost, port: settings.brokerPort });
  }
  return async () => {
    const found = (await browse())
      .map((service) => ({ service, endpoint: endpointOf(service, settings) }))
      .filter(({ service, endpoint }) => !isOwnBroker({ ...endpoint, port: service.port }));
    const [best] = found.sort((one, other) => compare(one.service, other.service));
    if (best) return best.endpoint;
    throw new RemoteBrokerFault({
      message: 'no other broker found on this network (_mqtt._tcp)',
      remedy:
        'Check that the other appliance is running and on the same network, or set Butler.satelliteConfig.brokerHost to its name or address',
      needsAttention: false,
    });
  };
}

/** Blinky first, then by name, so that the choice is always the same. */
function compare(one: FoundService, other: FoundService): number {
  const rank = ({ instance }: FoundService) => (/blinky/i.test(instance) ? 0 : 1);
  const place = ({ host, port }: FoundService) => describeEndpoint({ host, port });
  return rank(one) - rank(other) || place(one).localeCompare(place(other));
}

/**
 * With TLS, use the name, which is in the certificate, and the configured port: the announced one
 * isn't TLS.
 */
function endpointOf(
  { host, address, port }: FoundService,
  { tls, brokerPort }: LocateOptions['settings'],
): Endpoint {
  return tls.enable ? { host, port: brokerPort } : { host: address ?? host, port };
}
