import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, whyUnreadable } from '../../platform/errors.ts';
import { type ClientCertificate, checkClientCertificate } from './client-certificate.ts';
import type { RemoteBroker } from './remote-broker.ts';
import { RemoteBrokerFault } from './remote-broker-fault.ts';

/** What a connection presents to the other broker. */
export interface BrokerCredentials {
  readonly user?: string;
  readonly password?: string;
  /** CA certificates (PEM) trusted for the broker; undefined: the well-known ones. */
  readonly ca?: string;
  /** The certificate that identifies this appliance, for a broker that requires one. */
  readonly clientCertificate?: ClientCertificate;
}

/**
 * Reads password and certificates for every attempt, so that a corrected file takes effect without
 * a restart.
 * @throws RemoteBrokerFault if a configured file can't be read or used
 */
export async function readBrokerCredentials(
  broker: RemoteBroker,
  now: Date,
): Promise<BrokerCredentials> {
  const { brokerUser, tls } = broker.settings;
  const password = await readPassword(broker);
  const ca =
    tls.enable && tls.caFile
      ? await readNamedFile(tls.caFile, `${broker.section}.tls.caFile`)
      : undefined;
  const clientCertificate = await readClientCertificate(broker, now);
  return {
    ...(brokerUser !== '' && { user: brokerUser }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(clientCertificate && { clientCertificate }),
  };
}

async function readClientCertificate(
  broker: RemoteBroker,
  now: Date,
): Promise<ClientCertificate | undefined> {
  const { tls } = broker.settings;
  if (!tls.enable || tls.certFile === '') return undefined;
  const pair = {
    cert: await readNamedFile(tls.certFile, `${broker.section}.tls.certFile`),
    key: await readNamedFile(tls.keyFile, `${broker.section}.tls.keyFile`),
  };
  checkClientCertificate(pair, broker, now);
  return pair;
}

/** From the configuration, else its file, else the systemd credential. */
async function readPassword(broker: RemoteBroker): Promise<string | undefined> {
  const { settings, section, credentialName, credentialsDirectory } = broker;
  if (settings.brokerUser === '') return undefined;
  if (settings.brokerPassword) return settings.brokerPassword;
  if (settings.brokerPasswordFile) {
    const text = await readNamedFile(settings.brokerPasswordFile, `${section}.brokerPasswordFile`);
    return withoutLineEnd(text);
  }
  if (!credentialsDirectory) return undefined;
  try {
    return withoutLineEnd(await readFile(join(credentialsDirectory, credentialName), 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(`the systemd credential ${credentialName}`, error);
  }
}

async function readNamedFile(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(`the file of ${key} (${file})`, error);
  }
}

function unreadable(what: string, error: unknown): RemoteBrokerFault {
  return new RemoteBrokerFault({
    message: `${what} ${whyUnreadable(error)}`,
    remedy: 'Put the file there, readable by the user that runs Blinky; no restart is needed',
    needsAttention: true,
  });
}

/** Editors end a file with a line break, which isn't part of the password. */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');
