import type { Log } from '../../platform/log.ts';
import { literalBeginning, matchesFilter } from '../topics/topic-filter.ts';
import { hasWildcard } from '../topics/topic-rules.ts';
import type { Journal, Urgency } from './journal.ts';
import type { MessageExpiry } from './message-expiry.ts';
import type { Slices } from './slices.ts';
import { keys } from './stored-keys.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';

export interface RetainedLimits {
  /** How many topics of clients may have one. */
  readonly retainedMessages: number;
  /** The total of all of them, topics and payloads, bytes. */
  readonly retainedBytes: number;
}

/** Anonymous clients may retain no more once this share is used: the rest is for users. */
const partOfAnonymous = 1 / 2;
/** The lack of room is over once less than this share is retained. */
const partOfMuchRoom = 0.9;

/** A search checks the time after this many topics, far less than a slice. */
const stepsAtATime = 64;

/** What `accept` did with a client's message. */
interface AcceptedHere {
  readonly isWritten: boolean;
  /** Whether its publisher has not signed in. */
  readonly isAnonymous: boolean;
}

/** The last retained message of every topic (MQTT 3.1.1, section 3.3.1.3). */
export class RetainedMessages {
  readonly #limits: RetainedLimits;
  readonly #byTopic = new Map<string, MessagePacket>();
  readonly #own = new Set<string>();
  /** What clients retain: messages and bytes. */
  #messages = 0;
  #bytes = 0;

  /** Whether some found no room; logged once. */
  #isFull = false;
  readonly #journal: Journal;
  readonly #expiry: MessageExpiry;
  readonly #log: Log;

  constructor(limits: RetainedLimits, journal: Journal, expiry: MessageExpiry, log: Log) {
    this.#limits = limits;
    this.#journal = journal;
    this.#expiry = expiry;
    this.#log = log;
  }

  get count(): number {
    return this.#byTopic.size;
  }

  /** Names one of the appliance's own topics: always kept, and not written. */
  addOwnTopic(topic: string): void {
    if (this.#own.has(topic)) return;
    const before = this.#byTopic.get(topic);
    if (before) this.#count(before, -1);
    this.#own.add(topic);
    this.#journal.put(keys.retained(topic), undefined, 'lazy');
  }

  /**
   * Writes a message before it is kept; returns whether there was anything to write.
   * @param isAnonymous whether its publisher has not signed in
   */
  accept(packet: MessagePacket, isAnonymous: boolean): boolean {
    const writes = this.#isWritten(packet) && this.#makesRoomFor(packet, isAnonymous);
    if (writes) this.#write(packet, 'promised');
    return writes;
  }

  /**
   * Keeps the message; an empty one deletes the last of its topic.
   * @param accepted what `accept` returned for it, if a client published it
   */
  store(packet: MessagePacket, accepted: AcceptedHere | undefined): void {
    const isFull = !this.#makesRoomFor(packet, accepted?.isAnonymous ?? false);
    if (isFull && !this.#isFull) {
      this.#log.warn(
        `the limit of retained messages is reached: ${packet.topic} and others are not retained. Fix: raise Butler.brokerConfig.limits.${this.#limitOf(packet)}`,
      );
    }
    // Another message on a topic that is kept does not end it.
    this.#isFull = isFull || (this.#isFull && !this.#hasMuchRoom);
    if (isFull) return;
    if (!accepted?.isWritten && this.#isWritten(packet))
      this.#write(packet, packet.qos > 0 ? 'soon' : 'lazy');
    this.#set(packet);
  }

  /** Loads what an earlier run left. */
  load(packet: MessagePacket): void {
    if (this.#own.has(packet.topic)) {
      this.#journal.put(keys.retained(packet.topic), undefined, 'lazy');
    } else if (!this.#byTopic.has(packet.topic)) this.#set(packet);
  }

  /**
   * Every message whose topic matches one of the filters; once for each filter. Searches in slices;
   * messages that are added or deleted meanwhile may or may not be found.
   */
  async *matching(filters: readonly string[], slices: Slices): AsyncGenerator<MessagePacket> {
    let slice = await slices.next();
    let steps = 0;
    for (const filter of filters) {
      for (const packet of this.#lookUp(filter)) {
        steps += 1;
        if ((packet || steps % stepsAtATime === 0) && !slices.isOn(slice)) {
          slice = await slices.next();
        }
        const current = this.#current(packet);
        if (current) yield current;
      }
    }
  }

  /** One step at a time; a step may find nothing. */
  *#lookUp(filter: string): Generator<MessagePacket | undefined> {
    if (!hasWildcard(filter)) {
      yield this.#byTopic.get(filter);
      return;
    }
    // Topics that are deleted and added repeatedly must not make it endless.
    let left = this.#byTopic.size;
    const beginning = literalBeginning(filter);
    for (const [topic, packet] of this.#byTopic) {
      const matches = topic.startsWith(beginning) && matchesFilter(filter, topic);
      yield matches ? packet : undefined;
      left -= 1;
      if (left <= 0) return;
    }
  }

  /** Writes everything, after the disk was unavailable. */
  writeAll(): void {
    for (const packet of this.#byTopic.values()) {
      if (!this.#own.has(packet.topic)) this.#write(packet, 'lazy');
    }
  }

  /** A message with its remaining lifetime; an expired one is deleted. */
  #current(packet: MessagePacket | undefined): MessagePacket | undefined {
    if (!packet || packet.messageExpiry === undefined) return packet;
    if (this.#expiry.isExpired(packet)) {
      this.#remove(packet);
      return undefined;
    }
    const { messageExpiry: _, ...others } = packet;
    // Without `messageExpiry`: Aedes would compare it with the time of day.
    return { ...others, properties: this.#expiry.currentProperties(packet) ?? {} };
  }

  /** Whether there was anything to delete. */
  #removeExpired(): boolean {
    const before = this.#byTopic.size;
    for (const packet of this.#byTopic.values()) {
      if (this.#expiry.isExpired(packet)) this.#remove(packet);
    }
    return this.#byTopic.size < before;
  }

  #remove(packet: MessagePacket): void {
    this.#count(packet, -1);
    this.#byTopic.delete(packet.topic);
    this.#journal.put(keys.retained(packet.topic), undefined, 'lazy');
  }

  /** Whether there is room, after deleting expired messages if necessary. */
  #makesRoomFor(packet: MessagePacket, isAnonymous: boolean): boolean {
    const hasRoom = () => this.#hasRoomFor(packet, isAnonymous);
    return hasRoom() || (this.#removeExpired() && hasRoom());
  }

  /** An empty message only deletes another. */
  #hasRoomFor(packet: MessagePacket, isAnonymous: boolean): boolean {
    if (packet.payload.length === 0 || this.#own.has(packet.topic)) return true;
    const before = this.#byTopic.get(packet.topic);
    const messages = this.#messages + (before ? 0 : 1);
    const bytes = this.#bytes + sizeOf(packet) - (before ? sizeOf(before) : 0);
    const part = isAnonymous ? partOfAnonymous : 1;
    const { retainedMessages, retainedBytes } = this.#limits;
    return messages <= part * retainedMessages && bytes <= part * retainedBytes;
  }

  /** Which of the limits leaves no room for it. */
  #limitOf(packet: MessagePacket): keyof RetainedLimits {
    const most = this.#limits.retainedBytes * partOfAnonymous;
    return this.#bytes + sizeOf(packet) > most ? 'retainedBytes' : 'retainedMessages';
  }

  get #hasMuchRoom(): boolean {
    const part = partOfAnonymous * partOfMuchRoom;
    const { retainedMessages, retainedBytes } = this.#limits;
    return this.#messages <= part * retainedMessages && this.#bytes <= part * retainedBytes;
  }

  #isWritten({ topic, payload }: MessagePacket): boolean {
    if (this.#own.has(topic)) return false;
    return payload.length > 0 || this.#journal.mayHold(keys.retained(topic));
  }

  #write(packet: MessagePacket, urgency: Urgency): void {
    const text = packet.payload.length > 0 ? encodeMessage(packet) : undefined;
    this.#journal.put(keys.retained(packet.topic), text, urgency);
  }

  #set(packet: MessagePacket): void {
    const before = this.#byTopic.get(packet.topic);
    if (before) this.#count(before, -1);
    if (packet.payload.length === 0) this.#byTopic.delete(packet.topic);
    else {
      this.#byTopic.set(packet.topic, packet);
      this.#count(packet, 1);
    }
  }

  #count(packet: MessagePacket, sign: 1 | -1): void {
    if (this.#own.has(packet.topic)) return;
    this.#messages += sign;
    this.#bytes += sign * sizeOf(packet);
  }
}

function sizeOf({ topic, payload }: MessagePacket): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
