import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Config } from '../../config/schema.ts';
import { type Finding, fault, ok, warn } from '../../health/finding.ts';
import { type ListenAttempt, listenFault } from '../../health/listen-fault.ts';
import { addressToBind, addressToReach } from '../../platform/listen-address.ts';
import { withPort } from '../../platform/plain-address.ts';
import { checkSenders, sendersInStatus } from './check-senders.ts';

/** What the UDP socket asks for; `UdpListener` says the same. */
const wantedReceiveBuffer = 4 * 1024 * 1024;

/** Whether every port is free, or in use by the appliance that already runs here. */
export async function* checkPorts(config: Config): AsyncGenerator<Finding> {
  const running = await findRunningAppliance(config.webConfig);
  if (running) {
    yield ok('Appliance', `version ${running.version} is running on this machine`);
    const { faultCode } = running;
    if (faultCode) {
      const { flashes, meaning, remedy } = faultCode;
      yield fault('Red light', `flashes ${flashes} times, slowly: ${meaning}`, remedy);
    }
    if (config.udpServerConfig.enable) yield* checkSenders(running, new Date());
  }
  for (const attempt of wantedPorts(config)) {
    const name = `${attempt.protocol} port ${attempt.port}`;
    const error = await tryToListen(attempt);
    if (!error) yield ok(name, `free, for ${attempt.purpose}`);
    else if (running && 'code' in error && error.code === 'EADDRINUSE') {
      yield ok(name, `in use, by the appliance itself, for ${attempt.purpose}`);
    } else {
      const { message, remedy } = listenFault(error, attempt);
      yield fault(name, message, remedy);
    }
  }
  if (config.udpServerConfig.enable) yield* checkReceiveBuffer();
}

function wantedPorts(config: Config): ListenAttempt[] {
  const { udpServerConfig: udp, brokerConfig: broker, webConfig: web } = config;
  const attempts: ListenAttempt[] = [
    {
      protocol: 'TCP',
      host: broker.host,
      port: broker.port,
      purpose: 'MQTT',
      hostKey: 'Butler.brokerConfig.host',
      portKey: 'Butler.brokerConfig.port',
    },
  ];
  if (broker.tls.enable) {
    attempts.push({
      protocol: 'TCP',
      host: broker.host,
      port: broker.tls.port,
      purpose: 'MQTT over TLS',
      hostKey: 'Butler.brokerConfig.host',
      portKey: 'Butler.brokerConfig.tls.port',
    });
  }
  if (udp.enable) {
    attempts.unshift({
      protocol: 'UDP',
      host: udp.serverHost,
      port: udp.portSessionConnectionEvents,
      purpose: 'Sense events',
      hostKey: 'Butler.udpServerConfig.serverHost',
      portKey: 'Butler.udpServerConfig.portSessionConnectionEvents',
    });
  }
  if (web.enable) {
    attempts.push({
      protocol: 'TCP',
      host: web.host,
      port: web.port,
      purpose: 'the page',
      hostKey: 'Butler.webConfig.host',
      portKey: 'Butler.webConfig.port',
    });
  }
  return attempts;
}

async function tryToListen({ protocol, host, port }: ListenAttempt): Promise<Error | undefined> {
  try {
    const address = await addressToBind({ host, protocol });
    if (protocol === 'UDP') {
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      socket.bind(port, address);
      await once(socket, 'listening');
      socket.close();
    } else {
      const server = createServer();
      server.listen(port, address);
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What of `/api/status` matters here. */
const runningAppliance = sendersInStatus.extend({
  version: z.string(),
  faultCode: z.object({ flashes: z.number(), meaning: z.string(), remedy: z.string() }).optional(),
});

/** The appliance whose page answers here, if one does. */
async function findRunningAppliance({ host, port }: Pick<Config['webConfig'], 'host' | 'port'>) {
  try {
    const response = await fetch(`http://${withPort(addressToReach(host), port)}/api/status`, {
      signal: AbortSignal.timeout(2000),
    });
    return runningAppliance.parse(await response.json());
  } catch {
    return undefined;
  }
}

/** Where Linux says how large a receive buffer it grants; absent on other systems. */
const grantedFile = '/proc/sys/net/core/rmem_max';

function* checkReceiveBuffer(): Generator<Finding> {
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
      `the kernel grants ${Math.round(granted / 1024)} KiB, so a burst of more than a few hundred events may lose some`,
      `sudo sysctl -w net.core.rmem_max=${wantedReceiveBuffer}`,
    );
  }
}
