import type { RemoteBrokerSettings } from './settings.ts';

/** Another broker, and the names of its settings, for messages. */
export interface RemoteBroker {
  readonly settings: RemoteBrokerSettings;
  /** The section of the settings, e.g. `Butler.mqttConfig`. */
  readonly section: string;
  /** Its role, e.g. `the upstream broker`. */
  readonly role: string;
  /** The systemd credential that may hold the password. */
  readonly credentialName: string;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), if systemd sets it. */
  readonly credentialsDirectory: string | undefined;
}

/** A host and port on the network. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.5:1883`, `[fe80::1]:1883`. */
export function describeEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The upstream broker of `Butler.mqttConfig`. */
export function upstreamBroker(
  settings: RemoteBrokerSettings,
  credentialsDirectory: string | undefined,
): RemoteBroker {
  return {
    settings,
    section: 'Butler.mqttConfig',
    role: 'the upstream broker',
    credentialName: 'upstream-password',
    credentialsDirectory,
  };
}

/** The broker that a satellite takes its events from. */
export function sourceBroker(
  settings: RemoteBrokerSettings,
  credentialsDirectory: string | undefined,
): RemoteBroker {
  return {
    settings,
    section: 'Butler.satelliteConfig',
    role: "the satellite's broker",
    credentialName: 'satellite-password',
    credentialsDirectory,
  };
}
