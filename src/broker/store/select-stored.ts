import { FairShares, type Party } from '../../access/fair-shares.ts';
import type { Namespace } from '../../storage/namespace.ts';
import { weightOfFilter } from '../access/filter-budget.ts';
import type { JournalEntry } from './journal.ts';
import { entryBytes, messageBytes } from './queue-bytes.ts';
import { readKey } from './stored-keys.ts';
import { partyOfStored, readStoredSession, type StoredSession } from './stored-session.ts';

export interface LoadLimits {
  readonly sessions: number;
  readonly subscriptionsOfAll: number;
  readonly queuedBytesOfAll: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
}

/** What an earlier run left on disk and this one has no room for. */
export interface LeftOut {
  readonly sessions: number;
  /** Messages as they wait in queues: one that waits for two clients counts twice. */
  readonly queued: number;
  readonly others: number;
}

/** How many keys are deleted in one write. */
const erasedAtOnce = 500;

/** A client with less than a fair share of the queues is loaded even if others fill them. */
const overfull = 1.5;

interface Candidate {
  readonly entry: JournalEntry;
  readonly party: Party;
  readonly weight: number;
  readonly disconnectedAt: number;
}

/**
 * Selects what to load from an earlier run: no more than fits into memory, the newest and fairest
 * part, whatever is on the disk. The rest is deleted there.
 */
export class StoredSelection {
  readonly #namespace: Namespace;
  readonly #limits: LoadLimits;
  readonly #selected: JournalEntry[] = [];
  readonly #sessions = new Map<string, Candidate>();
  readonly #known = new Set<string>();
  #toErase: string[] = [];
  #leftOut = { sessions: 0, queued: 0, others: 0 };

  constructor(namespace: Namespace, limits: LoadLimits) {
    this.#namespace = namespace;
    this.#limits = limits;
  }

  /** @throws if the disk can't be read or written */
  async run(): Promise<{ readonly entries: readonly JournalEntry[]; readonly leftOut: LeftOut }> {
    await this.#selectKnown();
    await this.#selectSessions();
    await this.#selectQueues();
    await this.#selectBounded('incoming/', (name) => this.#sessions.has(name));
    await this.#selectBounded('retained/', () => true);
    await this.#selectBounded('will/', () => true);
    await this.#erase(0);
    return { entries: this.#selected, leftOut: this.#leftOut };
  }

  async #selectKnown(): Promise<void> {
    for await (const entry of this.#namespace.stream('known/')) {
      this.#known.add(readKey(entry[0]).name);
      this.#selected.push(entry);
    }
  }

  async #selectSessions(): Promise<void> {
    const counts = new FairShares();
    const weights = new FairShares();
    for await (const entry of this.#namespace.stream('session/')) {
      const candidate = this.#candidateOf(entry);
      this.#sessions.set(readKey(entry[0]).name, candidate);
      counts.add(candidate.party, 1);
      weights.add(candidate.party, candidate.weight);
      for (;;) {
        const tooMany = counts.total > this.#limits.sessions ? counts.first : undefined;
        const tooLarge =
          weights.total > this.#limits.subscriptionsOfAll ? weights.first : undefined;
        const loser = tooMany ?? tooLarge;
        if (!loser) break;
        const [clientId, lost] = this.#longestAwayOf(loser);
        this.#sessions.delete(clientId);
        counts.remove(lost.party, 1);
        weights.remove(lost.party, lost.weight);
        this.#leftOut.sessions += 1;
        this.#toErase.push(lost.entry[0]);
        await this.#erase();
      }
    }
    for (const { entry } of this.#sessions.values()) this.#selected.push(entry);
  }

  #candidateOf(entry: JournalEntry): Candidate {
    const stored = readOrNothing(entry[1]);
    return {
      entry,
      party: partyOfStored(stored, this.#known),
      weight: (stored.subscriptions ?? []).reduce(
        (sum, [filter]) => sum + weightOfFilter(filter),
        1,
      ),
      disconnectedAt: stored.disconnectedAt ?? Number.POSITIVE_INFINITY,
    };
  }

  #longestAwayOf({ key, standing }: Party): readonly [string, Candidate] {
    let found: readonly [string, Candidate] | undefined;
    for (const one of this.#sessions) {
      const [, { party, disconnectedAt }] = one;
      if (party.key !== key || party.standing !== standing) continue;
      if (!found || disconnectedAt < found[1].disconnectedAt) found = one;
    }
    if (!found) throw new RangeError('a party without a session has a share');
    return found;
  }

  /** From the newest message to the oldest, each with the clients it waits for. */
  async #selectQueues(): Promise<void> {
    const shares = new FairShares();
    const fairPart =
      this.#limits.queuedBytesOfAll /
      Math.max(1, new Set([...this.#sessions.values()].map(({ party }) => party.key)).size);
    const queued = new Waiting(this.#namespace.stream('queued/', { reverse: true }));
    const selected: JournalEntry[] = [];
    for await (const entry of this.#namespace.stream('message/', { reverse: true })) {
      const sequence = readKey(entry[0]).number;
      const size = messageBytes + entry[1].length;
      let holders = 0;
      for await (const one of queued.from(sequence)) {
        const { number, name } = readKey(one[0]);
        const party = this.#sessions.get(name)?.party;
        const isFair =
          party &&
          (shares.total + size + entryBytes <= this.#limits.queuedBytesOfAll ||
            (shares.of(party) + size <= fairPart &&
              shares.total <= this.#limits.queuedBytesOfAll * overfull));
        if (number !== sequence || !isFair) {
          if (party) this.#leftOut.queued += 1;
          this.#toErase.push(one[0]);
          await this.#erase();
          continue;
        }
        shares.add(party, entryBytes + (holders === 0 ? size : 0));
        holders += 1;
        selected.push(one);
      }
      if (holders > 0) selected.push(entry);
      else this.#toErase.push(entry[0]);
      await this.#erase();
    }
    for await (const [key] of queued.from(0)) {
      this.#toErase.push(key);
      await this.#erase();
    }
    for (const entry of selected.reverse()) this.#selected.push(entry);
  }

  async #selectBounded(prefix: string, isWanted: (name: string) => boolean): Promise<void> {
    const { retainedMessages, retainedBytes } = this.#limits;
    let count = 0;
    let bytes = 0;
    for await (const entry of this.#namespace.stream(prefix)) {
      const hasRoom = count < retainedMessages && bytes + entry[1].length <= 2 * retainedBytes;
      if (hasRoom && isWanted(readKey(entry[0]).name)) {
        count += 1;
        bytes += entry[1].length;
        this.#selected.push(entry);
        continue;
      }
      if (!hasRoom) this.#leftOut.others += 1;
      this.#toErase.push(entry[0]);
      await this.#erase();
    }
  }

  async #erase(atLeast = erasedAtOnce): Promise<void> {
    if (this.#toErase.length === 0 || this.#toErase.length < atLeast) return;
    const keys = this.#toErase;
    this.#toErase = [];
    await this.#namespace.write(keys.map((key) => [key, undefined] as const));
  }
}

/** What waits for clients, in reverse order, returned message by message. */
class Waiting {
  readonly #entries: AsyncGenerator<JournalEntry>;
  #next: JournalEntry | undefined;

  constructor(entries: AsyncGenerator<JournalEntry>) {
    this.#entries = entries;
  }

  /** Everything that belongs to messages newer than `sequence` or to it. */
  async *from(sequence: number): AsyncGenerator<JournalEntry> {
    for (;;) {
      if (!this.#next) {
        const { value, done } = await this.#entries.next();
        if (done) return;
        this.#next = value as JournalEntry;
      }
      if (readKey(this.#next[0]).number < sequence) return;
      const entry = this.#next;
      this.#next = undefined;
      yield entry;
    }
  }
}

/** Unreadable entries are skipped when they are loaded, with a line in the log. */
function readOrNothing(text: string): Partial<StoredSession> {
  try {
    return readStoredSession(text);
  } catch {
    return {};
  }
}
