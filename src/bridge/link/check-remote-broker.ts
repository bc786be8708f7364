import { randomBytes } from 'node:crypto';
import { type Finding, fault, ok, warn } from '../../health/finding.ts';
import { readBrokerCredentials } from './broker-credentials.ts';
import { SubscriptionRefused } from './connection-errors.ts';
import { failureOf } from './connection-failure.ts';
import { createOwnBrokerTest } from './own-broker.ts';
import { describeEndpoint, type Endpoint, type RemoteBroker } from './remote-broker.ts';
import {
  type ConnectProgress,
  explainConnectError,
  ownBrokerFault,
} from './remote-broker-fault.ts';
import { openConnection, type RemoteConnection } from './remote-connection.ts';
import type { ConnectionForm } from './retain-fallback.ts';

export interface CheckRemoteBrokerOptions {
  /** The name of the check, e.g. `Upstream broker`. */
  readonly name: string;
  readonly broker: RemoteBroker;
  readonly locate: () => Promise<Endpoint>;
  /** The port of this appliance's own broker, which the other must not be. */
  readonly ownPort: number;
  /** What the appliance will subscribe to there. */
  readonly filters: readonly string[];
  /** The topic of the will, if the appliance sets one there, and whether it is retained. */
  readonly will?: { readonly topic: string; readonly retain: boolean };
  readonly now: () => Date;
}

/** Connects to another broker as the appliance would; publishes nothing. */
export async function checkRemoteBroker(options: CheckRemoteBrokerOptions): Promise<Finding> {
  const { name, broker, will } = options;
  const first = await tryForm(options, { retain: will?.retain ?? true, will: will !== undefined });
  if (first.ok || !will || !first.mayBeForm) return first.finding;
  // As the appliance does: leave out what some brokers reject.
  for (const form of [
    ...(will.retain ? [{ retain: false, will: true }] : []),
    { retain: false, will: false },
  ]) {
    const other = await tryForm(options, form);
    if (!other.ok) continue;
    const what = form.will ? 'retained messages' : 'the last will';
    return warn(
      name,
      `${other.finding.text}, but rejects ${what}`,
      `Set ${broker.section}.retain to false; everything else is still sent there`,
    );
  }
  return first.finding;
}

interface Attempt {
  readonly ok: boolean;
  readonly finding: Finding;
  /** Whether the broker may have rejected what it was asked for. */
  readonly mayBeForm: boolean;
}

async function tryForm(options: CheckRemoteBrokerOptions, form: ConnectionForm): Promise<Attempt> {
  const { name, broker, locate, will } = options;
  const { settings } = broker;
  let endpoint: Endpoint = { host: settings.brokerHost, port: settings.brokerPort };
  const progress: ConnectProgress = { asked: false, accepted: false, ...(will && { form }) };
  try {
    endpoint = await locate();
    const connection = await connect(options, endpoint, form, progress);
    try {
      await subscribe(connection, options.filters);
    } finally {
      await connection.end();
    }
    const as = settings.brokerUser ? ` as ${settings.brokerUser}` : '';
    const text = `${describeEndpoint(endpoint)} accepts the connection${as}`;
    const finding =
      will?.retain && !connection.retainAvailable
        ? warn(
            name,
            `${text}, but rejects retained messages`,
            `Set ${broker.section}.retain to false; everything else is still sent there`,
          )
        : ok(name, text);
    return { ok: true, finding, mayBeForm: false };
  } catch (error) {
    const { message, remedy } = explainConnectError(error, broker, endpoint, progress).fault;
    const mayBeForm = !progress.accepted && failureOf(error, progress.asked) !== 'other';
    return { ok: false, finding: fault(name, message, remedy), mayBeForm };
  }
}

async function connect(
  { broker, ownPort, will, now }: CheckRemoteBrokerOptions,
  endpoint: Endpoint,
  form: ConnectionForm,
  progress: ConnectProgress,
): Promise<RemoteConnection> {
  const { tls, protocolVersion, brokerClientId } = broker.settings;
  const isOwnBroker = createOwnBrokerTest(() => [ownPort]);
  const connection = await openConnection({
    ...endpoint,
    ...(await readBrokerCredentials(broker, now())),
    tls: tls.enable,
    protocolVersion,
    clientId: brokerClientId || `blinky-check-${randomBytes(6).toString('hex')}`,
    clean: true,
    // A clean disconnect discards the will.
    ...(will && { will: { topic: will.topic, payload: 'offline', retain: true } }),
    form,
    onAsked: () => {
      progress.asked = true;
    },
    checkPeer: (peer) => {
      if (isOwnBroker(peer)) throw ownBrokerFault(broker, endpoint);
    },
  });
  progress.accepted = true;
  return connection;
}

async function subscribe(connection: RemoteConnection, filters: readonly string[]): Promise<void> {
  if (filters.length === 0) return;
  const refused = await connection.subscribe(filters);
  if (refused.length === filters.length) throw new SubscriptionRefused(refused);
}
