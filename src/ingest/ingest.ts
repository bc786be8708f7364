import { BlockList, isIPv4 } from 'node:net';
import { createUserFilter, type ExcludedUser } from '../events/excluded-users.ts';
import { byKind, type EventKind } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Metric } from '../health/metrics.ts';
import { addressWithoutZone } from '../platform/addresses.ts';
import { type Clock, createTimeWriter } from '../platform/clock.ts';
import { excerpt } from '../platform/excerpt.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { type Outcome, type ParsedEvent, parseDatagram, type Writable } from './parse.ts';
import type { Rejections } from './rejections.ts';
import { RepeatedEvents } from './repeated-events.ts';
import { SenderHints } from './sender-hints.ts';
import { createUserAgentReader } from './user-agent.ts';

export interface IngestOptions {
  readonly allowFrom: readonly string[];
  readonly excludeUser: readonly ExcludedUser[];
  readonly rejections: Rejections;
  /** The datagram by which the appliance checks its own socket; no event, and no mistake. */
  readonly probe: Uint8Array;
  readonly clock: Clock;
  /** Gets hints about senders, and what becomes of each event; without one nobody does. */
  readonly log?: Log;
  readonly timeIsKnown: () => boolean;
  /** Makes the id of an event received at `timeMs` (ms since 1970): unique, sortable by time. */
  readonly createId: (timeMs: number) => string;
  /**
   * Takes each event, in the same turn of the event loop as its datagram was read.
   * @param readAtMs when the datagram was read, on the monotonic clock
   */
  readonly deliver: (event: UserEvent, readAtMs: number) => void;
}

/** Turns datagrams into events: who may send, what it says, whom to leave out. */
export class Ingest {
  /** Events accepted since the start. */
  readonly accepted: Record<EventKind, number>;
  /** Datagrams read since the start, whatever they were. */
  read = 0;
  /** Events of excluded users, which go nowhere. */
  excluded = 0;
  /** Events that came once more, in another dialect or as the same datagram. */
  copies = 0;
  /** Datagrams with text that was no UTF-8. */
  codePage = 0;
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_event_copies_total',
      help: 'Events that a sender sent once more, in another layout or in the same datagram again',
      read: () => this.copies,
    },
    {
      type: 'counter',
      name: 'blinky_datagrams_code_page_total',
      help: 'Datagrams with text that was not UTF-8 and was read as windows-1252',
      read: () => this.codePage,
    },
  ];
  readonly #options: IngestOptions;
  readonly #log: Log;
  readonly #maySend: (address: string) => boolean;
  readonly #readUserAgent = createUserAgentReader();
  readonly #writeTime = createTimeWriter();
  readonly #repeated = new RepeatedEvents();
  readonly #hints: SenderHints;
  readonly #isExcluded: (event: Pick<UserEvent, 'userDirectory' | 'userId'>) => boolean;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#hints = new SenderHints(this.#log);
    this.#maySend = createAllowList(options.allowFrom);
    this.#isExcluded = createUserFilter(options.excludeUser);
    this.accepted = byKind(() => 0);
  }

  /** Takes one datagram from the network. Never throws for what is in it. */
  receive(bytes: Uint8Array, senderAddress: string, senderPort: number): void {
    const { rejections, clock, probe } = this.#options;
    this.read += 1;
    if (bytes.length === probe.length && probe.every((byte, index) => byte === bytes[index]))
      return;
    const readAtMs = clock.monotonicMs();
    this.#log.silly?.(`datagram from ${senderAddress}:${senderPort}: ${excerpt(bytes)}`);
    if (!this.#maySend(senderAddress)) {
      rejections.add('sender-not-allowed', `${senderAddress}:${senderPort}`, bytes);
      return;
    }
    const result = parseDatagram(bytes, this.#readUserAgent);
    if (result.usedCodePage) {
      this.codePage += 1;
      this.#hints.usedCodePage(senderAddress);
    }
    this.#take(result, bytes, senderAddress, senderPort, readAtMs);
    if (!result.more) return;
    for (const outcome of result.more) {
      this.#take(outcome, bytes, senderAddress, senderPort, readAtMs);
    }
  }

  #take(
    outcome: Outcome,
    bytes: Uint8Array,
    senderAddress: string,
    senderPort: number,
    readAtMs: number,
  ): void {
    const { rejections, clock, timeIsKnown, createId, deliver } = this.#options;
    if (!outcome.ok) {
      rejections.add(outcome.reason, `${senderAddress}:${senderPort}`, bytes);
      return;
    }
    const { event } = outcome;
    if (this.#isExcluded(event)) {
      this.excluded += 1;
      this.#log.debug?.(
        `left out ${described(event, senderAddress, senderPort)}: Butler.userEvents.excludeUser has its user`,
      );
      return;
    }
    const copied = this.#repeated.firstDialectOf(event, senderAddress, readAtMs);
    if (copied !== undefined) {
      this.copies += 1;
      this.#log.debug?.(
        `left out ${described(event, senderAddress, senderPort)}: it came before, as ${copied}`,
      );
      if (copied !== event.dialect) this.#hints.sentTwice(senderAddress, copied, event.dialect);
      return;
    }
    const nowMs = clock.now().getTime();
    this.accepted[event.kind] += 1;
    const id = createId(nowMs);
    this.#log.debug?.(`${id} accepted: ${described(event, senderAddress, senderPort)}`);
    const receipt = {
      id,
      receivedAt: this.#writeTime(nowMs),
      source: senderAddress,
    };
    deliver(received(event, receipt, timeIsKnown()), readAtMs);
  }
}

/** Apart, so that what every event runs through stays small enough for V8 to join. */
function described({ command, host, dialect }: ParsedEvent, address: string, port: number): string {
  return `${command} on ${host} from ${address}:${port}, as ${dialect}`;
}

/** Spelt out, since every event comes here before its light is lit: a spread costs ten times as much. */
function received(
  parsed: ParsedEvent,
  { id, receivedAt, source }: Pick<UserEvent, 'id' | 'receivedAt' | 'source'>,
  timeIsKnown: boolean,
): UserEvent {
  const { kind, host, command, userDirectory, userId, origin, context, message, dialect } = parsed;
  const { appId, browser, os } = parsed;
  const event: Writable<UserEvent> = {
    id,
    receivedAt,
    kind,
    host,
    command,
    userDirectory,
    userId,
    origin,
    context,
    message,
    dialect,
    source,
  };
  if (!timeIsKnown) event.timeUnknown = true;
  if (appId !== undefined) event.appId = appId;
  if (browser) event.browser = browser;
  if (os) event.os = os;
  return event;
}

/**
 * Tells who may send, from addresses and CIDR ranges that the configuration has checked.
 * An empty list lets everybody send.
 */
export function createAllowList(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => true;
  const allowed = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = addressWithoutZone(address);
    return allowed.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}
