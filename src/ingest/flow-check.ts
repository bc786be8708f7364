import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '../platform/clock.ts';
import { addressToReach } from '../platform/listen-address.ts';

export interface FlowCheckOptions {
  /** The address that the listener listens on, and the port while it does. */
  readonly host: string;
  readonly port: () => number | undefined;
  /** How many datagrams were read since the start. */
  readonly read: () => number;
  /** What the check sends; the ingest knows it and counts it for nothing else. */
  readonly probe: Uint8Array;
  readonly clock: Clock;
}

/** How long a datagram may take from this machine to this machine, ms. */
const patienceMs = 5000;
const lookEveryMs = 20;

/**
 * Whether datagrams really arrive: sends one to the appliance's own socket. In a flood, when that
 * one may be lost, any other that is read proves the same.
 * True, too, while the port can't be opened: that fault is known and shown, and no restart of the
 * program would mend it.
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
