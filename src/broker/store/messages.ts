import type { MessagePacket } from './stored-packets.ts';

/** How Aedes identifies messages. */
interface Origin {
  readonly brokerId: string;
  readonly brokerCounter: number;
}

/** A message that waits in at least one client's queue. */
export interface StoredMessage {
  /** Its number among all messages ever stored; part of its key on disk. */
  sequence: number;
  readonly packet: MessagePacket;
  /** The name under which Aedes delivers it; undefined until then, and after a restart. */
  origin: Origin | undefined;
  /** In how many queues it waits. */
  holders: number;
  /**
   * Whether it was passed to the journal: one for anonymous clients only may not be written
   * (`perhaps`).
   */
  written: 'no' | 'perhaps' | 'surely';
}

/** The name for messages that Aedes has not named in this run. */
const storedId = 'stored';

/** The waiting messages, each stored once, however many clients it waits for. */
export class Messages {
  readonly #byOrigin = new Map<string, StoredMessage>();
  readonly #bySequence = new Map<number, StoredMessage>();
  #lastFound: StoredMessage | undefined;
  /** Never 0, which Aedes treats as missing. */
  #next = 1;

  get count(): number {
    return this.#bySequence.size;
  }

  add(packet: MessagePacket): StoredMessage {
    const message: StoredMessage = {
      sequence: this.#next,
      packet,
      origin: undefined,
      holders: 0,
      written: 'no',
    };
    this.#next += 1;
    this.#bySequence.set(message.sequence, message);
    return message;
  }

  /** Loads what is on disk, as older than everything since the start. */
  load(stored: readonly (readonly [sequence: number, packet: MessagePacket])[]): StoredMessage[] {
    const last = stored.at(-1)?.[0] ?? 0;
    const newer = [...this.#bySequence.values()];
    this.#bySequence.clear();
    this.#next += last;
    const older = stored.map(
      ([sequence, packet]): StoredMessage => ({
        sequence,
        packet,
        origin: undefined,
        holders: 0,
        written: 'surely',
      }),
    );
    for (const message of newer) {
      message.sequence += last;
      message.written = 'no';
    }
    for (const message of [...older, ...newer]) this.#bySequence.set(message.sequence, message);
    return older;
  }

  /** Notes the name under which Aedes delivers the message. */
  nameOrigin(message: StoredMessage, { brokerId, brokerCounter = 0 }: MessagePacket): void {
    if (brokerId === undefined) return;
    message.origin = { brokerId, brokerCounter };
    this.#byOrigin.set(keyOf(message.origin), message);
  }

  /** The message that an Aedes packet contains. */
  find({ brokerId, brokerCounter = 0 }: MessagePacket): StoredMessage | undefined {
    if (brokerId === undefined) return undefined;
    if (brokerId === storedId) return this.#bySequence.get(brokerCounter);
    // A thousand clients ask for the same message, one after the other.
    const last = this.#lastFound;
    if (last?.origin?.brokerCounter === brokerCounter && last.origin.brokerId === brokerId)
      return last;
    this.#lastFound = this.#byOrigin.get(keyOf({ brokerId, brokerCounter }));
    return this.#lastFound;
  }

  /** What a packet must contain so that `find` recognizes it. */
  originOf({ origin, sequence }: StoredMessage): Origin {
    return origin ?? { brokerId: storedId, brokerCounter: sequence };
  }

  /** Whether it was there to be removed. */
  forget({ sequence, origin }: StoredMessage): boolean {
    if (origin) this.#byOrigin.delete(keyOf(origin));
    this.#lastFound = undefined;
    return this.#bySequence.delete(sequence);
  }
}

function keyOf({ brokerId, brokerCounter }: Origin): string {
  return `${brokerId}/${brokerCounter}`;
}
