import type { Fault } from '../../health/health.ts';
import { messageOf } from '../../platform/errors.ts';
import {
  answerTimeout,
  ConnectionClosed,
  DisconnectedByBroker,
  SubscriptionRefused,
} from './connection-errors.ts';
import { isTemporary, PublicationRefused } from './publisher.ts';
import { reasonCode, reasonText, returnCode } from './reason-codes.ts';
import { describeEndpoint, type Endpoint, type RemoteBroker } from './remote-broker.ts';
import type { ConnectionForm } from './retain-fallback.ts';
import { explainTlsAlert } from './tls-alert.ts';

/** Why there is no connection to another broker, in words for a person. */
export class RemoteBrokerFault extends Error {
  override readonly name = 'RemoteBrokerFault';
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault.message, options);
    this.fault = fault;
  }
}

const retriedByItself = 'It is tried again by itself';

/** How far a connection came. */
export interface ConnectProgress {
  /** The broker was asked to take it: the handshake was done. */
  asked: boolean;
  /** The broker took it. */
  accepted: boolean;
  /** What was asked for, where something is published there. */
  readonly form?: ConnectionForm;
}

/** Says what an error of a connection to `endpoint` means, and what a person can do. */
export function explainConnectError(
  error: unknown,
  broker: Pick<RemoteBroker, 'section' | 'role' | 'settings'>,
  endpoint: Endpoint,
  progress: ConnectProgress = { asked: false, accepted: false },
): RemoteBrokerFault {
  if (error instanceof RemoteBrokerFault) return error;
  const { section, role, settings } = broker;
  const place = `${role} ${describeEndpoint(endpoint)}`;
  const passing = (message: string, remedy: string) =>
    new RemoteBrokerFault({ message, remedy, needsAttention: false }, { cause: error });
  const forPerson = (message: string, remedy: string) =>
    new RemoteBrokerFault({ message, remedy, needsAttention: true }, { cause: error });
  const code = codeOf(error);
  const text = messageOf(error);
  const hints = progress.form?.retain
    ? `; if it takes no retained messages, set ${section}.retain to false`
    : '';
  const cut = () =>
    progress.accepted
      ? passing(
          `${place} cut the connection at the first message`,
          `Fix: look into its log, and allow this appliance to publish there${hints}`,
        )
      : settings.tls.enable && progress.asked
        ? passing(
            `${place} cut the connection after the TLS handshake`,
            `Fix: look into its log; ${
              settings.tls.certFile === ''
                ? `if it wants a client certificate, set ${section}.tls.certFile and keyFile`
                : `check that it knows the client certificate in ${settings.tls.certFile}`
            }, and check brokerUser and brokerClientId${hints}`,
          )
        : cutBeforeAnswer();
  const cutBeforeAnswer = () =>
    settings.tls.enable
      ? forPerson(
          `${place} does not answer in TLS`,
          `Set ${section}.brokerPort to its port for TLS (mostly 8883), or tls.enable to false`,
        )
      : passing(
          `${place} cut the connection`,
          `Look into its log; if that port is one for TLS, set ${section}.tls.enable to true${hints}`,
        );
  if (error instanceof ConnectionClosed) return cut();
  if (error instanceof SubscriptionRefused) {
    return forPerson(
      `${place} does not let this appliance subscribe to ${text}`,
      `Allow it there, or set ${section}.brokerUser to a user who may`,
    );
  }

  if (error instanceof PublicationRefused) {
    if (isTemporary(error)) {
      return passing(`${place} takes no more messages at present (${text})`, retriedByItself);
    }
    return forPerson(
      `${place} does not take messages on ${error.topic} (${text})`,
      `Fix: allow this appliance to publish there, or set ${section}.brokerUser to a user who may`,
    );
  }
  const alert = explainTlsAlert(code, place, section, settings.tls.certFile);
  if (alert) return forPerson(alert.message, alert.remedy);

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
    case reasonCode.signIn:
    case reasonCode.notAuthorized:
      return settings.brokerUser === ''
        ? forPerson(
            `${place} wants a user and a password`,
            `Set ${section}.brokerUser and brokerPasswordFile${hints}`,
          )
        : forPerson(
            `${place} refuses the user ${settings.brokerUser} or the password`,
            `Correct ${section}.brokerUser, and brokerPassword or brokerPasswordFile${hints}`,
          );
    case returnCode.unavailable:
    case reasonCode.unavailable:
    case reasonCode.busy:
    case reasonCode.shuttingDown:
      return passing(`${place} says that it is not available`, retriedByItself);
    case returnCode.protocol:
    case reasonCode.protocolVersion: {
      const [version, other] = settings.protocolVersion === 5 ? ['MQTT 5', 4] : ['MQTT 3.1.1', 5];
      return forPerson(
        `${place} does not speak ${version}`,
        `Fix: set ${section}.protocolVersion to ${other}`,
      );
    }
    case returnCode.clientId:
    case reasonCode.clientId:
      return forPerson(
        `${place} refuses this client (${text})`,
        `Fix: set ${section}.brokerClientId to a client id that it allows`,
      );
    case reasonCode.banned:
      return forPerson(`${place} has banned this client`, 'Fix: lift the ban there');
    case reasonCode.retainNotSupported:
      return passing(
        `${place} takes no retained messages`,
        `They are left out at the next try. Fix: set ${section}.retain to false`,
      );
    case reasonCode.qosNotSupported:
      return passing(`${place} takes QoS 0 only`, 'It is asked for no more at the next try');
    case reasonCode.useAnotherServer:
    case reasonCode.serverMoved:
      return forPerson(
        `${place} says that another server is to be used`,
        `Fix: correct ${section}.brokerHost`,
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
      return passing(`no connection to ${place} (${text})`, retriedByItself);
  }
}

/** A connection that worked has ended. */
export function connectionEndedFault(
  reason: Error,
  broker: Pick<RemoteBroker, 'section' | 'role' | 'settings'>,
  endpoint: Endpoint,
): RemoteBrokerFault {
  if (reason instanceof PublicationRefused) return explainConnectError(reason, broker, endpoint);
  const { role, section } = broker;
  const place = `${role} ${describeEndpoint(endpoint)}`;
  const isOfBroker = reason instanceof DisconnectedByBroker;
  const said = isOfBroker ? saidBy(reason) : reason.message;
  const message = `the connection to ${place} has ended (${said})`;
  const isTakenOver = isOfBroker && reason.code === reasonCode.sessionTakenOver;
  return new RemoteBrokerFault(
    isTakenOver
      ? {
          message: `another client with the same client id has connected to ${place}`,
          remedy: `Fix: set ${section}.brokerClientId to one that nobody else uses`,
          needsAttention: true,
        }
      : { message, remedy: 'It is opened again by itself', needsAttention: false },
    { cause: reason },
  );
}

const saidBy = ({ code, message }: DisconnectedByBroker): string =>
  `it said: ${message ? `${reasonText(code)}, ${message}` : reasonText(code)}`;

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
    needsAttention: true,
  });
}
