import { FairShares, type Party } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';

/** How often it is added up while much waits for somebody, ms. */
const addUpEveryMs = 250;

/** One client, and what waits for it and from it. */
export interface WaitingClient {
  readonly party: Party;
  readonly stream: {
    readonly outgoing: { readonly backlogBytes: number };
    /** What has come and was not taken yet, bytes. */
    readonly incomingBytes: number;
  };
}

/** Below this, what waits for a client is not counted, bytes. */
const smallBytes = 16 * 1024;

export interface BacklogBoundOptions<Client extends WaitingClient> {
  /** What may wait for all clients together, bytes. */
  readonly mostBytes: number;
  readonly clients: () => Iterable<Client>;
  readonly giveUp: (client: Client) => void;
  readonly clock: Clock;
}

/**
 * Bounds what waits for all clients together, and what has come and was not taken yet: a
 * limit for each is none for the memory when many are slow. Those that must give way are given up,
 * the one with most first.
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
