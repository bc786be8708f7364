import { connect, type Socket } from 'node:net';
import type { Tally, Target } from './attack.ts';
import {
  type ConnectContent,
  connectPacket,
  type OnPacket,
  PacketCutter,
  types,
} from './packets.ts';

/** How long a client waits for a CONNACK, ms. */
const answerWithinMs = 15_000;

export interface RawClientOptions {
  readonly target: Pick<Target, 'host' | 'mqttPort'>;
  readonly localAddress: string;
  readonly connect: ConnectContent;
  readonly tally: Tally;
  readonly onPacket?: OnPacket;
}

/** What became of a CONNECT. */
export type Welcome =
  /** The code of the CONNACK; 0: accepted. */
  | { readonly code: number; readonly sessionPresent: boolean }
  /** Closed without one, or none came in time. */
  | 'closed';

/** An MQTT client of a few lines, of which a process can have thousands. */
export interface RawClient {
  readonly socket: Socket;
  readonly welcome: Promise<Welcome>;
  readonly ended: Promise<void>;
}

/** Opens a connection and sends a CONNECT. */
export function openRawClient(options: RawClientOptions): RawClient {
  const { tally, onPacket } = options;
  const { socket, ended } = openSocket(options.target.mqttPort, options);
  socket.write(connectPacket(options.connect));
  const welcome = new Promise<Welcome>((resolve) => {
    const timer = setTimeout(() => {
      resolve('closed');
      tally.add('no CONNACK');
      socket.destroy();
    }, answerWithinMs);
    const cutter = new PacketCutter((first, body) => {
      if (first >> 4 !== types.connack) return onPacket?.(first, body);
      const code = body[1] ?? 255;
      tally.add(code === 0 ? 'accepted' : `refused with ${code}`);
      resolve({ code, sessionPresent: (body[0] ?? 0) === 1 });
      clearTimeout(timer);
    });
    socket.on('data', (bytes) => cutter.take(bytes));
    void ended.then(() => {
      clearTimeout(timer);
      resolve('closed');
    });
  });
  return { socket, welcome, ended };
}

/** A TCP connection from one of the strangers' addresses; an error only closes it. */
export function openSocket(
  port: number,
  {
    target,
    localAddress,
    tally,
  }: Pick<RawClientOptions, 'localAddress' | 'tally'> & {
    readonly target: Pick<Target, 'host'>;
  },
): { readonly socket: Socket; readonly ended: Promise<void> } {
  const socket = connect({ host: target.host, port, localAddress, noDelay: true });
  tally.add('opened');
  socket.on('connect', () => tally.add('open'));
  const ended = new Promise<void>((resolve) => {
    let wasOpen = false;
    socket.once('connect', () => {
      wasOpen = true;
    });
    socket.once('close', () => {
      if (wasOpen) tally.add('open', -1);
      resolve();
    });
  });
  socket.on('error', (error: NodeJS.ErrnoException) => tally.add(error.code ?? 'error'));
  return { socket, ended };
}
