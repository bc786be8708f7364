import { Tally } from '../../support/strangers/attack.ts';
import { publishPayload, subscribePacket, types } from '../../support/strangers/packets.ts';
import { openRawClient, type RawClient } from '../../support/strangers/raw-client.ts';
import { Arrivals } from '../numbered-events.ts';
import { rest } from '../rest.ts';
import { markedScript } from './marked-events.ts';

/** Other devices of the house, each at an address of its own. */
const addressOf = (index: number) => `127.0.200.${index + 2}`;

export interface BystandersOptions {
  readonly mqttPort: number;
  readonly count: number;
  readonly sentAt: readonly number[];
}

/**
 * Honest clients that have not signed in and were there before the strangers: they subscribe with
 * QoS 0, and come back when they are cut off. The first takes the events, and tells how late.
 */
export class Bystanders {
  readonly arrivals = new Arrivals(markedScript);
  /** From datagram to subscriber, ms, by number of the event. */
  readonly delays: number[] = [];
  cutOffs = 0;
  refusals = 0;
  readonly #options: BystandersOptions;

  constructor(options: BystandersOptions) {
    this.#options = options;
  }

  /** Stays until `signal` aborts; calls `ready` once all are connected. */
  async run(signal: AbortSignal, ready: () => void): Promise<void> {
    const waiting = new Set(Array.from({ length: this.#options.count }, (_, index) => index));
    const here = (index: number) => {
      if (waiting.delete(index) && waiting.size === 0) ready();
    };
    await Promise.all([...waiting].map((index) => this.#stay(index, signal, () => here(index))));
  }

  async #stay(index: number, signal: AbortSignal, here: () => void): Promise<void> {
    while (!signal.aborted) {
      const client: RawClient = openRawClient({
        target: { host: '127.0.0.1', mqttPort: this.#options.mqttPort },
        localAddress: addressOf(index),
        connect: { clientId: `bystander-${index}` },
        tally: new Tally(),
        onPacket: (first, body) => {
          if (first >> 4 === types.suback) here();
          else if (first >> 4 === types.publish && index === 0) this.#take(first, body);
        },
      });
      const end = () => client.socket.destroy();
      signal.addEventListener('abort', end);
      const welcome = await client.welcome;
      if (welcome !== 'closed' && welcome.code === 0) {
        const filter = index === 0 ? 'blinky/event' : 'blinky/light/#';
        client.socket.write(subscribePacket([filter], 0));
        await client.ended;
        if (!signal.aborted) this.cutOffs += 1;
      } else {
        client.socket.destroy();
        if (!signal.aborted) this.refusals += 1;
      }
      signal.removeEventListener('abort', end);
      await rest(1000, signal);
    }
  }

  #take(first: number, body: Buffer): void {
    const now = performance.now();
    const { command, userId } = JSON.parse(publishPayload(first, body).toString());
    const number = this.arrivals.add(command, userId);
    const sentMs = number === undefined ? undefined : this.#options.sentAt[number];
    if (number !== undefined && sentMs !== undefined) this.delays[number] = now - sentMs;
  }
}
