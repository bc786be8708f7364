import { createSocket } from 'node:dgram';
import { numberedDatagram } from './numbered-events.ts';
import { rest } from './rest.ts';

/** How often the sender looks what is due, ms. */
const lookEveryMs = 50;

export interface EventLoadOptions {
  readonly port: number;
  /** Events a second. */
  readonly rate: number;
  /** Events sent back to back on top, and how often, ms. */
  readonly burst: { readonly events: number; readonly everyMs: number };
}

/** Sends numbered events, as a Sense server would, steadily and in bursts. */
export class EventLoad {
  sent = 0;
  readonly #options: EventLoadOptions;

  constructor(options: EventLoadOptions) {
    this.#options = options;
  }

  /** Sends until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { port, rate, burst } = this.#options;
    const socket = createSocket('udp4');
    const startedAt = performance.now();
    try {
      while (!signal.aborted) {
        const elapsedMs = performance.now() - startedAt;
        const bursts = Math.floor(elapsedMs / burst.everyMs);
        const due = Math.floor((elapsedMs / 1000) * rate) + bursts * burst.events;
        while (this.sent < due && !signal.aborted) {
          const datagram = numberedDatagram(this.sent);
          await new Promise<void>((resolve, reject) => {
            socket.send(datagram, port, '127.0.0.1', (error) =>
              error ? reject(error) : resolve(),
            );
          });
          this.sent += 1;
        }
        await rest(lookEveryMs, signal);
      }
    } finally {
      socket.close();
    }
  }
}
