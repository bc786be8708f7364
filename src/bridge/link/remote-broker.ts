import type { RemoteBrokerSettings } from './settings.ts';

/** Another broker, and what its settings are called for the person who must mend them. */
export interface RemoteBroker {
  readonly settings: RemoteBrokerSettings;
  /** Where the settings stand, e.g. `Butler.mqttConfig`. */
  readonly section: string;
  /** What it is to the appliance, e.g. `the upstream broker`. */
  readonly role: string;
  /** The systemd credential that may hold the password. */
  readonly credentialName: string;
  /** `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), where systemd gives one. */
  readonly credentialsDirectory: string | undefined;
}

/** A place on the network. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.5:1883`, `[fe80::1]:1883`. */
export function describeEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The setting of the contract: everything that goes upstream. */
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

/** The broker from which a satellite takes its events. */
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
