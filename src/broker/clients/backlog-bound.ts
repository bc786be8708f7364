import { FairShares, type Party } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';

/** How often the total is computed while much waits for a client, ms. */
const addUpEveryMs = 250;

/** One client, with the bytes that wait for it and from it. */
export interface WaitingClient {
  readonly party: Party;
  readonly stream: {
    readonly outgoing: { readonly backlogBytes: number };
    /** Received and not yet processed, bytes. */
    readonly incomingBytes: number;
  };
}

/** Below this, the backlog of a client is not counted, bytes. */
const smallBytes = 16 * 1024;

export interface BacklogBoundOptions<Client extends WaitingClient> {
  /** The maximum backlog of all clients together, bytes. */
  readonly mostBytes: number;
  readonly clients: () => Iterable<Client>;
  readonly giveUp: (client: Client) => void;
  readonly clock: Clock;
}

/**
 * Limits what waits for all clients together, including received bytes that are not yet processed:
 * a limit per client doesn't protect the memory if many are slow. Clients that must give way are
 * disconnected, the one with most first.
 */
export class BacklogBound<Client extends WaitingClient> {
  readonly #options: BacklogBoundOptions<Client>;
  #cancel: (() => void) | undefined;

  constructor(options: BacklogBoundOptions<Client>) {
    this.#options = options;
  }

  /** Much is waiting for a client. */
  watch(): void {
    this.#cancel ??= this.#options.clock.schedule(addUpEveryMs, () => this.#addUp());
  }

  stop(): void {
    this.#cancel?.();
  }

  #addUp(): void {
    const { mostBytes, clients, giveUp } = this.#options;
    this.#cancel = undefined;
    const shares = new FairShares();
    const crowded = [...clients()]
      .map((client) => ({ client, bytes: bytesOf(client) }))
      .filter(({ bytes }) => bytes > smallBytes)
      .sort((one, other) => other.bytes - one.bytes);
    for (const { client, bytes } of crowded) shares.add(client.party, bytes);
    while (shares.total > mostBytes) {
      const { first } = shares;
      const index = crowded.findIndex(({ client: { party } }) => isSame(party, first));
      const [given] = crowded.splice(index, 1);
      if (!given) break;
      shares.remove(given.client.party, given.bytes);
      giveUp(given.client);
    }
    if (crowded.length > 0) this.watch();
  }
}

const bytesOf = ({ stream }: WaitingClient): number =>
  stream.outgoing.backlogBytes + stream.incomingBytes;

const isSame = (one: Party, other: Party | undefined): boolean =>
  one.key === other?.key && one.standing === other.standing;
