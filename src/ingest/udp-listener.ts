import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PartHealth } from '../health/health.ts';
import { listenFault } from '../health/listen-fault.ts';
import type { Metric } from '../health/metrics.ts';
import type { Clock } from '../platform/clock.ts';
import { addressToBind } from '../platform/listen-address.ts';
import type { Log } from '../platform/log.ts';
import { plainAddress, withPort } from '../platform/plain-address.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import { kernelDrops } from './kernel-drops.ts';

/** Bytes asked of the kernel; what it grants depends on `net.core.rmem_max`. */
export const wantedReceiveBuffer = 4 * 1024 * 1024;

/** What the kernel charges for one datagram of about 150 bytes (measured on Linux 6.12). */
const bufferBytesPerEvent = 832;

export interface UdpListenerOptions {
  readonly host: string;
  /** 0 takes any free port; `port` tells which. */
  readonly port: number;
  readonly onDatagram: (bytes: Uint8Array, senderAddress: string, senderPort: number) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Receives datagrams and hands on their bytes. Knows nothing of what is in them. */
export class UdpListener {
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_datagrams_dropped_total',
      help: 'Datagrams that the kernel dropped since they came faster than they were read',
      read: () => (this.port === undefined ? 0 : kernelDrops(this.port)),
    },
  ];
  readonly #options: UdpListenerOptions;
  #socket: Socket | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: UdpListenerOptions) {
    this.#options = options;
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    return this.#socket?.address().port;
  }

  /** The address it listens on, `::` for IPv4 and IPv6; undefined while it does not. */
  get address(): string | undefined {
    return this.#socket?.address().address;
  }

  /** Resolves when it listens, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    const { host, port, health, log, retry } = this.#options;
    try {
      const socket = await bind(await addressToBind({ host, protocol: 'UDP', log }), port);
      if (this.#stopped) {
        socket.close();
        return;
      }
      this.#socket = socket;
      retry.reset();
      const { address, port: bound } = socket.address();
      log.info(`listening for Sense events on udp://${withPort(address, bound)}`);
      logReceiveBuffer(socket, log);
      health.ok(`listening on UDP port ${bound}`);
      socket.on('message', (bytes, sender) => {
        this.#options.onDatagram(bytes, plainAddress(sender.address), sender.port);
      });
      socket.on('error', (error) => {
        socket.close();
        this.#socket = undefined;
        this.#tryAgain(error);
      });
    } catch (error) {
      this.#tryAgain(error);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #tryAgain(error: unknown): void {
    if (this.#stopped) return;
    const { host, port, health, clock, retry } = this.#options;
    health.fault(
      listenFault(error, {
        protocol: 'UDP',
        host,
        port,
        purpose: 'Sense events',
        hostKey: 'Butler.udpServerConfig.serverHost',
        portKey: 'Butler.udpServerConfig.portSessionConnectionEvents',
      }),
    );
    this.#cancelRetry = clock.schedule(retry.next(), () => void this.start());
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
      `receive buffer: ${size}; for larger bursts: sysctl -w net.core.rmem_max=${wantedReceiveBuffer}`,
    );
  }
}
