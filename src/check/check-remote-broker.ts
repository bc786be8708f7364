import { randomBytes } from 'node:crypto';
import { openConnection, SubscriptionRefused } from '../remote-broker/connection.ts';
import { createOwnBrokerTest } from '../remote-broker/own-broker.ts';
import {
  describeEndpoint,
  type Endpoint,
  type RemoteBroker,
} from '../remote-broker/remote-broker.ts';
import { explainConnectError, ownBrokerFault } from '../remote-broker/remote-broker-fault.ts';
import { readSignIn } from '../remote-broker/sign-in.ts';
import { type Finding, fault, ok } from './finding.ts';

export interface CheckRemoteBrokerOptions {
  /** What is looked at, e.g. `Upstream broker`. */
  readonly name: string;
  readonly broker: RemoteBroker;
  readonly locate: () => Promise<Endpoint>;
  /** The port of the broker inside the appliance, which this one must not be. */
  readonly ownPort: number;
  /** What the appliance will subscribe to there. */
  readonly filters: readonly string[];
}

/** Connects to another broker as the appliance would, and publishes nothing. */
export async function checkRemoteBroker(options: CheckRemoteBrokerOptions): Promise<Finding> {
  const { name, broker, locate, ownPort, filters } = options;
  const { settings } = broker;
  let endpoint: Endpoint = { host: settings.brokerHost, port: settings.brokerPort };
  const isOwnBroker = createOwnBrokerTest(() => [ownPort]);
  try {
    endpoint = await locate();
    const connection = await openConnection({
      ...endpoint,
      ...(await readSignIn(broker)),
      tls: settings.tls.enable,
      clientId: `blinky-check-${randomBytes(6).toString('hex')}`,
      clean: true,
      checkPeer: (peer) => {
        if (isOwnBroker(peer)) throw ownBrokerFault(broker, endpoint);
      },
    });
    try {
      const refused = filters.length > 0 ? await connection.subscribe(filters) : [];
      if (refused.length > 0 && refused.length === filters.length) {
        throw new SubscriptionRefused(refused);
      }
    } finally {
      await connection.end();
    }
    const as = settings.brokerUser ? ` as ${settings.brokerUser}` : '';
    return ok(name, `${describeEndpoint(endpoint)} lets this appliance in${as}`);
  } catch (error) {
    const { message, remedy } = explainConnectError(error, broker, endpoint).fault;
    return fault(name, message, remedy);
  }
}
