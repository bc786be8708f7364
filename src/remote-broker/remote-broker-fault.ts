import type { Fault } from '../health/health.ts';
import { answerTimeout, ConnectionClosed, SubscriptionRefused } from './connection.ts';
import { describeEndpoint, type Endpoint, type RemoteBroker } from './remote-broker.ts';

/** Why there is no connection to another broker, in words for a person. */
export class RemoteBrokerFault extends Error {
  override readonly name = 'RemoteBrokerFault';
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault.message, options);
    this.fault = fault;
  }
}

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3. */
const returnCode = {
  protocol: 1,
  clientId: 2,
  unavailable: 3,
  signIn: 4,
  notAuthorized: 5,
} as const;

/** Says what an error of a connection to `endpoint` means, and what a person can do. */
export function explainConnectError(
  error: unknown,
  broker: Pick<RemoteBroker, 'section' | 'role' | 'settings'>,
  endpoint: Endpoint,
): RemoteBrokerFault {
  if (error instanceof RemoteBrokerFault) return error;
  const { section, role, settings } = broker;
  const place = `${role} ${describeEndpoint(endpoint)}`;
  const passing = (message: string, remedy: string) =>
    new RemoteBrokerFault({ message, remedy, needsPerson: false }, { cause: error });
  const forPerson = (message: string, remedy: string) =>
    new RemoteBrokerFault({ message, remedy, needsPerson: true }, { cause: error });
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const cut = () =>
    settings.tls.enable
      ? forPerson(
          `${place} does not answer in TLS`,
          `Set ${section}.brokerPort to its port for TLS (mostly 8883), or tls.enable to false`,
        )
      : passing(
          `${place} cut the connection`,
          `Look into its log; if that port is one for TLS, set ${section}.tls.enable to true`,
        );
  if (error instanceof ConnectionClosed) return cut();
  if (error instanceof SubscriptionRefused) {
    return forPerson(
      `${place} does not let this appliance subscribe to ${text}`,
      `Allow it there, or set ${section}.brokerUser to a user who may`,
    );
  }

  switch (code) {
    case 'ECONNREFUSED':
      return passing(
        `nothing listens at ${place}`,
        `Start that broker, or correct ${section}.brokerHost and brokerPort`,
      );
    case 'ENOTFOUND':
      return forPerson(
        `there is no host called ${endpoint.host} (${role})`,
        `Correct ${section}.brokerHost`,
      );
    case 'EAI_AGAIN':
      return passing(
        `the name ${endpoint.host} (${role}) can't be looked up at present`,
        'Check the network and its name server',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case answerTimeout:
      return passing(
        `${place} can't be reached`,
        `Check the network, or correct ${section}.brokerHost`,
      );
    case returnCode.signIn:
    case returnCode.notAuthorized:
      return settings.brokerUser === ''
        ? forPerson(
            `${place} wants a user and a password`,
            `Set ${section}.brokerUser and brokerPasswordFile`,
          )
        : forPerson(
            `${place} refuses the user ${settings.brokerUser} or the password`,
            `Correct ${section}.brokerUser, and brokerPassword or brokerPasswordFile`,
          );
    case returnCode.unavailable:
      return passing(`${place} says that it is not available`, 'It is tried again by itself');
    case returnCode.protocol:
    case returnCode.clientId:
      return forPerson(
        `${place} refuses this client (${text})`,
        'Allow MQTT 3.1.1 and client ids of 40 characters there',
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return cut();
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return forPerson(
        `the certificate of ${place} is for another name`,
        `Set ${section}.brokerHost to a name that stands in the certificate`,
      );
    case 'CERT_HAS_EXPIRED':
      return forPerson(`the certificate of ${place} has expired`, 'Renew it there');
    case 'CERT_NOT_YET_VALID':
      return passing(
        `the certificate of ${place} is not valid yet`,
        'Check the clocks of both machines',
      );
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return forPerson(
        `nobody known vouches for the certificate of ${place}`,
        `Put the certificate of its authority into a file and name it in ${section}.tls.caFile`,
      );
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return forPerson(
        `the file of ${section}.tls.caFile holds no certificate`,
        'Put a certificate in PEM there (it begins -----BEGIN CERTIFICATE-----)',
      );
    default:
      return passing(`no connection to ${place} (${text})`, 'It is tried again by itself');
  }
}

/** The error code of the system or of TLS, the return code of a CONNACK, or none. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  // The library gives this error no code.
  if (error.message === answerTimeout) return answerTimeout;
  return 'code' in error ? error.code : undefined;
}

/** The other broker is none other than the one inside the appliance. */
export function ownBrokerFault(
  { section, role }: Pick<RemoteBroker, 'section' | 'role'>,
  endpoint: Endpoint,
): RemoteBrokerFault {
  return new RemoteBrokerFault({
    message: `${role} ${describeEndpoint(endpoint)} is the broker inside this appliance itself`,
    remedy: `Set ${section}.brokerHost to another broker, or leave it empty`,
    needsPerson: true,
  });
}
