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

/** Why there is no connection to another broker, explained for a person. */
export class RemoteBrokerFault extends Error {
  override readonly name = 'RemoteBrokerFault';
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault.message, options);
    this.fault = fault;
  }
}

const retriedByItself = 'Blinky retries automatically';

/** How far connecting got. */
export interface ConnectProgress {
  /** CONNECT was sent: the handshake was done. */
  asked: boolean;
  /** The broker accepted the connection. */
  accepted: boolean;
  /** What was asked for, if something is published there. */
  readonly form?: ConnectionForm;
}

/** Explains an error of a connection to `endpoint`, and what a person can do. */
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
    ? `; if it rejects retained messages, set ${section}.retain to false`
    : '';
  const cut = () =>
    progress.accepted
      ? passing(
          `${place} closed the connection at the first message`,
          `Check its log, and allow this appliance to publish there${hints}`,
        )
      : settings.tls.enable && progress.asked
        ? passing(
            `${place} closed the connection after the TLS handshake`,
            `Check its log; ${
              settings.tls.certFile === ''
                ? `if it requires a client certificate, set ${section}.tls.certFile and keyFile`
                : `check that it trusts the client certificate in ${settings.tls.certFile}`
            }, and check brokerUser and brokerClientId${hints}`,
          )
        : cutBeforeAnswer();
  const cutBeforeAnswer = () =>
    settings.tls.enable
      ? forPerson(
          `${place} does not answer with TLS`,
          `Set ${section}.brokerPort to its TLS port (usually 8883), or tls.enable to false`,
        )
      : passing(
          `${place} closed the connection`,
          `Check its log; if that port expects TLS, set ${section}.tls.enable to true${hints}`,
        );
  if (error instanceof ConnectionClosed) return cut();
  if (error instanceof SubscriptionRefused) {
    return forPerson(
      `${place} does not let this appliance subscribe to ${text}`,
      `Allow it there, or set ${section}.brokerUser to a user with that permission`,
    );
  }

  if (error instanceof PublicationRefused) {
    if (isTemporary(error)) {
      return passing(`${place} accepts no more messages at the moment (${text})`, retriedByItself);
    }
    return forPerson(
      `${place} rejects messages on ${error.topic} (${text})`,
      `Allow this appliance to publish there, or set ${section}.brokerUser to a user with that permission`,
    );
  }
  const alert = explainTlsAlert(code, place, section, settings.tls.certFile);
  if (alert) return forPerson(alert.message, alert.remedy);

  switch (code) {
    case 'ECONNREFUSED':
      return passing(
        `connection refused by ${place}`,
        `Check that the broker is running there, and check ${section}.brokerHost and brokerPort`,
      );
    case 'ENOTFOUND':
      return forPerson(`host ${endpoint.host} (${role}) not found`, `Check ${section}.brokerHost`);
    case 'EAI_AGAIN':
      return passing(
        `the name ${endpoint.host} (${role}) can't be resolved at the moment`,
        'Check the network and its DNS server',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case answerTimeout:
      return passing(`${place} can't be reached`, `Check the network and ${section}.brokerHost`);
    case returnCode.signIn:
    case returnCode.notAuthorized:
    case reasonCode.signIn:
    case reasonCode.notAuthorized:
      return settings.brokerUser === ''
        ? forPerson(
            `${place} requires a user and a password`,
            `Set ${section}.brokerUser and brokerPasswordFile${hints}`,
          )
        : forPerson(
            `${place} rejected the user ${settings.brokerUser} or the password`,
            `Check ${section}.brokerUser, and brokerPassword or brokerPasswordFile${hints}`,
          );
    case returnCode.unavailable:
    case reasonCode.unavailable:
    case reasonCode.busy:
    case reasonCode.shuttingDown:
      return passing(`${place} reports that it is unavailable`, retriedByItself);
    case returnCode.protocol:
    case reasonCode.protocolVersion: {
      const [version, other] = settings.protocolVersion === 5 ? ['MQTT 5', 4] : ['MQTT 3.1.1', 5];
      return forPerson(
        `${place} does not support ${version}`,
        `Set ${section}.protocolVersion to ${other}`,
      );
    }
    case returnCode.clientId:
    case reasonCode.clientId:
      return forPerson(
        `${place} rejected this client id (${text})`,
        `Set ${section}.brokerClientId to a client id that it accepts`,
      );
    case reasonCode.banned:
      return forPerson(`${place} has banned this client`, 'Remove the ban on that broker');
    case reasonCode.retainNotSupported:
      return passing(
        `${place} does not support retained messages`,
        `Set ${section}.retain to false. The next attempt leaves them out`,
      );
    case reasonCode.qosNotSupported:
      return passing(`${place} supports only QoS 0`, 'The next attempt uses QoS 0');
    case reasonCode.useAnotherServer:
    case reasonCode.serverMoved:
      return forPerson(
        `${place} asks to use another server`,
        `Set ${section}.brokerHost to that server`,
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return cut();
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return forPerson(
        `the certificate of ${place} is for a different host name`,
        `Set ${section}.brokerHost to a name that is in the certificate`,
      );
    case 'CERT_HAS_EXPIRED':
      return forPerson(`the certificate of ${place} has expired`, 'Renew it on that broker');
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
        `the certificate of ${place} is signed by an unknown authority`,
        `Put the authority's certificate into a file and set ${section}.tls.caFile to its path`,
      );
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return forPerson(
        `the file of ${section}.tls.caFile contains no certificate`,
        'Put a PEM certificate there (it starts with -----BEGIN CERTIFICATE-----)',
      );
    default:
      return passing(`no connection to ${place} (${text})`, retriedByItself);
  }
}

/** The fault when a working connection has ended. */
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
  const message = `lost the connection to ${place} (${said})`;
  const isTakenOver = isOfBroker && reason.code === reasonCode.sessionTakenOver;
  return new RemoteBrokerFault(
    isTakenOver
      ? {
          message: `another client with the same client id has connected to ${place}`,
          remedy: `Set ${section}.brokerClientId to one that no other client uses`,
          needsAttention: true,
        }
      : { message, remedy: 'Blinky reconnects automatically', needsAttention: false },
    { cause: reason },
  );
}

const saidBy = ({ code, message }: DisconnectedByBroker): string =>
  `it reported: ${message ? `${reasonText(code)}, ${message}` : reasonText(code)}`;

/** The error code of the system or of TLS, the return code of a CONNACK, or none. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  // The library gives this error no code.
  if (error.message === answerTimeout) return answerTimeout;
  return 'code' in error ? error.code : undefined;
}

/** The other broker is this appliance's own. */
export function ownBrokerFault(
  { section, role }: Pick<RemoteBroker, 'section' | 'role'>,
  endpoint: Endpoint,
): RemoteBrokerFault {
  return new RemoteBrokerFault({
    message: `${role} ${describeEndpoint(endpoint)} is this appliance's own broker`,
    remedy: `Set ${section}.brokerHost to another broker, or leave it empty`,
    needsAttention: true,
  });
}
