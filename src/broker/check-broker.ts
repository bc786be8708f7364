import type { CheckInput } from '../health/check.ts';
import { checkPort } from '../health/check-port.ts';
import type { Finding } from '../health/finding.ts';
import { checkCertificate } from './check-certificate.ts';
import type { BrokerSettings } from './settings.ts';

interface NeededConfig {
  readonly brokerConfig: Pick<BrokerSettings, 'host' | 'port' | 'tls'>;
}

/** Checks that clients can connect. */
export async function* checkBrokerPorts(input: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  const { host, port, tls } = input.config.brokerConfig;
  const common = { protocol: 'TCP', host, hostKey: 'Butler.brokerConfig.host' } as const;
  yield await checkPort(
    { ...common, port, purpose: 'MQTT', portKey: 'Butler.brokerConfig.port' },
    input,
  );
  if (!tls.enable) return;
  const portKey = 'Butler.brokerConfig.tls.port';
  yield await checkPort({ ...common, port: tls.port, purpose: 'MQTT over TLS', portKey }, input);
}

/** Checks that the certificate exists, and how long it is valid. */
export async function* checkBrokerCertificate({
  config,
  now,
}: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  yield* checkCertificate(config.brokerConfig.tls, now());
}
