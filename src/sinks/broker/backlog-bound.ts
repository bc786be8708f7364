import type { Clock } from '../../clock.ts';

/** How often it is added up while much waits for somebody, ms. */
const addUpEveryMs = 250;

/** One client, and what waits for it. */
export interface WaitingClient {
  readonly outgoing: { readonly backlogBytes: number; readonly isCrowded: boolean };
}

export interface BacklogBoundOptions<Client extends WaitingClient> {
  /** What may wait for all clients together, bytes. */
  readonly mostBytes: number;
  readonly clients: () => Iterable<Client>;
  readonly giveUp: (client: Client) => void;
  readonly clock: Clock;
}

/**
 * Bounds what waits for all clients together: a limit for each is none for the memory when many are
 * slow. Those for whom most waits are given up.
 */
export class BacklogBound<Client extends WaitingClient> {
  readonly #options: BacklogBoundOptions<Client>;
  #cancel: (() => void) | undefined;

  constructor(options: BacklogBoundOptions<Client>) {
    this.#options = options;
  }

  /** Much waits for somebody. */
  watch(): void {
    this.#cancel ??= this.#options.clock.schedule(addUpEveryMs, () => this.#addUp());
  }

  stop(): void {
    this.#cancel?.();
  }

  #addUp(): void {
    const { mostBytes, clients, giveUp } = this.#options;
    this.#cancel = undefined;
    const crowded = [...clients()]
      .filter(({ outgoing }) => outgoing.isCrowded)
      .sort((one, other) => other.outgoing.backlogBytes - one.outgoing.backlogBytes);
    let waiting = crowded.reduce((sum, { outgoing }) => sum + outgoing.backlogBytes, 0);
    for (const client of crowded) {
      if (waiting <= mostBytes) break;
      waiting -= client.outgoing.backlogBytes;
      giveUp(client);
    }
    if (crowded.length > 0) this.watch();
  }
}
