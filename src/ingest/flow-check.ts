import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '../platform/clock.ts';
import { addressToReach } from '../platform/listen-address.ts';

export interface FlowCheckOptions {
  /** The address that the listener listens on; the port is undefined while it doesn't listen. */
  readonly host: string;
  readonly port: () => number | undefined;
  /** Number of datagrams read since the start. */
  readonly read: () => number;
  /** The datagram that the check sends; the ingest recognises it and counts it only as read. */
  readonly probe: Uint8Array;
  readonly clock: Clock;
}

/** How long a datagram may take from this machine to itself, ms. */
const patienceMs = 5000;
const lookEveryMs = 20;

/**
 * Checks that datagrams really arrive by sending one to the appliance's own socket. In a flood,
 * when that one may be lost, any other datagram that is read is enough.
 * Also true while the port can't be opened: that fault is reported elsewhere, and restarting the
 * program wouldn't fix it.
 */
export async function eventsFlow(options: FlowCheckOptions): Promise<boolean> {
  const { read, probe, clock } = options;
  const address = addressToReach(options.host);
  const port = options.port();
  if (port === undefined) return true;
  const before = read();
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve) => {
      socket.on('error', () => resolve());
      socket.send(probe, port, address, () => resolve());
    });
    for (let waited = 0; waited < patienceMs; waited += lookEveryMs) {
      if (read() !== before) return true;
      await new Promise<void>((resolve) => clock.schedule(lookEveryMs, resolve));
    }
    return false;
  } finally {
    socket.close();
  }
}
