import { createSocket } from 'node:dgram';
import { numberedDatagram, type Script } from '../numbered-events.ts';
import { rest } from '../rest.ts';

/** How often the sender looks what is due, ms. */
const lookEveryMs = 5;

/**
 * At 20 events a second an app is opened every 800 ms, and one closed halfway between: each lights
 * a lamp that is dark, for the lights flash at most three times a second. What is between lights none.
 */
export const markedScript: Script = [
  { kind: 'connection-open', user: 0 },
  ...[1, 2, 3].flatMap(sessionOf),
  { kind: 'session-start', user: 4 },
  { kind: 'connection-close', user: 0 },
  { kind: 'session-stop', user: 4 },
  ...[5, 6].flatMap(sessionOf),
  { kind: 'session-start', user: 0 },
  { kind: 'session-stop', user: 0 },
];

function sessionOf(user: number): Script {
  return [
    { kind: 'session-start', user },
    { kind: 'session-stop', user },
  ];
}

/** The lamp that an event lights. */
export function lampOf(number: number): 'green' | 'red' | undefined {
  const kind = markedScript[number % markedScript.length]?.kind;
  if (kind === 'connection-open') return 'green';
  return kind === 'connection-close' ? 'red' : undefined;
}

/** Sends events steadily, and remembers when. */
export class MarkedEvents {
  /** When each was sent, `performance.now()`. */
  readonly sentAt: number[] = [];
  readonly #port: number;
  readonly #rate: number;

  constructor(port: number, rate: number) {
    this.#port = port;
    this.#rate = rate;
  }

  get sent(): number {
    return this.sentAt.length;
  }

  /** Sends until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const socket = createSocket('udp4');
    const startedAt = performance.now();
    const sentBefore = this.sent;
    try {
      while (!signal.aborted) {
        const due = sentBefore + ((performance.now() - startedAt) / 1000) * this.#rate;
        while (this.sent < due && !signal.aborted) {
          const datagram = numberedDatagram(this.sent, markedScript);
          this.sentAt.push(performance.now());
          await new Promise<void>((resolve) => {
            socket.send(datagram, this.#port, '127.0.0.1', () => resolve());
          });
        }
        await rest(lookEveryMs, signal);
      }
    } finally {
      socket.close();
    }
  }
}
