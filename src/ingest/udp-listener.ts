import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { PartHealth } from '../health/health.ts';
import { listenFault } from '../health/listen-fault.ts';
import type { Metric } from '../health/metrics.ts';
import { plainAddress, withPort } from '../platform/addresses.ts';
import type { Clock } from '../platform/clock.ts';
import { addressToBind } from '../platform/listen-address.ts';
import type { Log } from '../platform/log.ts';
import { OpenAndRetry } from '../platform/open-and-retry.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';

/** Bytes requested from the kernel; what it grants depends on `net.core.rmem_max`. */
export const wantedReceiveBuffer = 4 * 1024 * 1024;

/** What the kernel charges for one datagram of about 150 bytes (measured on Linux 6.12). */
const bufferBytesPerEvent = 832;

export interface UdpListenerOptions {
  readonly host: string;
  /** 0 uses any free port; the listener's `port` returns which. */
  readonly port: number;
  readonly onDatagram: (bytes: Uint8Array, senderAddress: string, senderPort: number) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Receives datagrams and passes on their bytes, whatever they contain. */
export class UdpListener {
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_datagrams_dropped_total',
      help: 'Datagrams dropped by the kernel because they arrived faster than they were read',
      read: () => (this.port === undefined ? 0 : kernelDrops(this.port)),
    },
  ];
  readonly #options: UdpListenerOptions;
  readonly #socket: OpenAndRetry<Socket>;

  constructor(options: UdpListenerOptions) {
    const { host, port, health, log, clock, retry } = options;
    this.#options = options;
    this.#socket = new OpenAndRetry({
      open: async () => bind(await addressToBind({ host, protocol: 'UDP', log }), port),
      close: (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      onOpen: (socket) => this.#listen(socket),
      onFailure: (error) =>
        health.fault(
          listenFault(error, {
            protocol: 'UDP',
            host,
            port,
            purpose: 'Sense events',
            hostKey: 'Butler.udpServerConfig.serverHost',
            portKey: 'Butler.udpServerConfig.portSessionConnectionEvents',
          }),
        ),
      clock,
      retry,
    });
  }

  /** The port it listens on; undefined while it doesn't listen. */
  get port(): number | undefined {
    return this.#socket.opened?.address().port;
  }

  /** The address it listens on, `::` for IPv4 and IPv6; undefined while it doesn't listen. */
  get address(): string | undefined {
    return this.#socket.opened?.address().address;
  }

  /** Resolves when it listens, or when the first attempt has failed and will be repeated. */
  async start(): Promise<void> {
    await this.#socket.start();
  }

  async stop(): Promise<void> {
    await this.#socket.stop();
  }

  #listen(socket: Socket): void {
    const { health, log, onDatagram } = this.#options;
    const { address, port } = socket.address();
    log.info(`listening for Sense events on udp://${withPort(address, port)}`);
    logReceiveBuffer(socket, log);
    health.ok(`listening on UDP port ${port}`);
    socket.on('message', (bytes, sender) => {
      onDatagram(bytes, plainAddress(sender.address), sender.port);
    });
    socket.on('error', (error) => this.#socket.failed(error));
  }
}

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    recvBufferSize: wantedReceiveBuffer,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

function logReceiveBuffer(socket: Socket, log: Log): void {
  const granted = socket.getRecvBufferSize();
  const events = Math.floor(granted / bufferBytesPerEvent);
  const size = `${Math.round(granted / 1024)} KiB, enough for a burst of about ${events} events`;
  if (granted >= wantedReceiveBuffer) log.verbose(`receive buffer: ${size}`);
  else {
    log.info(
      `receive buffer: ${size}; to allow larger bursts, run sudo sysctl -w net.core.rmem_max=${wantedReceiveBuffer}`,
    );
  }
}

/** Where Linux lists UDP sockets (proc_pid_net(5)), one file for each IP version. */
const socketLists = ['/proc/self/net/udp', '/proc/self/net/udp6'];

/**
 * Returns how many datagrams for a port the kernel has dropped since the socket was opened, because
 * they arrived faster than they were read. 0 if the system doesn't report it.
 */
export function kernelDrops(port: number, lists: readonly string[] = socketLists): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  let drops = 0;
  for (const line of lists.flatMap(linesOf)) {
    // sl, local_address (address:port, hexadecimal), rem_address, …, drops
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(`:${wanted}`)) drops += Number(columns.at(-1));
  }
  return drops;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
