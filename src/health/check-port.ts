import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import { codeOf } from '../platform/errors.ts';
import { addressToBind } from '../platform/listen-address.ts';
import type { CheckInput } from './check.ts';
import { type Finding, fault, ok } from './finding.ts';
import { type ListenAttempt, listenFault } from './listen-fault.ts';

/** Checks whether a port is free, or used by the appliance that already runs here. */
export async function checkPort(
  attempt: ListenAttempt,
  { running }: Pick<CheckInput<unknown>, 'running'>,
): Promise<Finding> {
  const name = `${attempt.protocol} port ${attempt.port}`;
  const error = await tryToListen(attempt);
  if (!error) return ok(name, `free (for ${attempt.purpose})`);
  if (codeOf(error) === 'EADDRINUSE' && (await running())) {
    return ok(name, `used by this appliance (${attempt.purpose})`);
  }
  const { message, remedy } = listenFault(error, attempt);
  return fault(name, message, remedy);
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
