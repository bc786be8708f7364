import { readFileSync } from 'node:fs';
import type { CheckInput } from '../health/check.ts';
import { checkPort } from '../health/check-port.ts';
import { type Finding, ok, warn } from '../health/finding.ts';
import type { UdpSettings } from './settings.ts';
import { wantedReceiveBuffer } from './udp-listener.ts';

interface NeededConfig {
  readonly udpServerConfig: Pick<
    UdpSettings,
    'enable' | 'serverHost' | 'portSessionConnectionEvents'
  >;
}

/** Checks that the port for events can be opened. */
export async function* checkUdpPort(input: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  const { enable, serverHost, portSessionConnectionEvents } = input.config.udpServerConfig;
  if (!enable) return;
  yield await checkPort(
    {
      protocol: 'UDP',
      host: serverHost,
      port: portSessionConnectionEvents,
      purpose: 'Sense events',
      hostKey: 'Butler.udpServerConfig.serverHost',
      portKey: 'Butler.udpServerConfig.portSessionConnectionEvents',
    },
    input,
  );
}

/** The largest receive buffer that Linux grants, bytes; missing on other systems. */
const grantedFile = '/proc/sys/net/core/rmem_max';

/** Checks that the kernel buffers enough datagrams while the program is busy. */
export async function* checkReceiveBuffer({
  config,
}: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  if (!config.udpServerConfig.enable) return;
  let granted: number;
  try {
    granted = Number(readFileSync(grantedFile, 'utf8'));
  } catch {
    return;
  }
  const name = 'Receive buffer';
  if (granted >= wantedReceiveBuffer) yield ok(name, 'large enough for bursts of 5,000 events');
  else {
    yield warn(
      name,
      `the kernel allows only ${Math.round(granted / 1024)} KiB, so events may be lost in a burst of more than a few hundred`,
      `Run \`sudo sysctl -w net.core.rmem_max=${wantedReceiveBuffer}\``,
    );
  }
}
