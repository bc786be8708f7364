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
  /** The datagram by which the appliance checks its own socket; neither an event nor rejected. */
  readonly probe: Uint8Array;
  readonly clock: Clock;
  /** Gets hints about senders and what happens to each event. Default: nothing is logged. */
  readonly log?: Log;
  readonly timeIsKnown: () => boolean;
  /** Creates the id of an event received at `timeMs` (ms since 1970): unique, sortable by time. */
  readonly createId: (timeMs: number) => string;
  /**
   * Called with each event, in the turn of the event loop in which its datagram was read.
   * @param readAtMs when the datagram was read, on the monotonic clock
   */
  readonly deliver: (event: UserEvent, readAtMs: number) => void;
}

/** Turns datagrams into events: checks the sender, parses, and filters out excluded users. */
export class Ingest {
  /** Events accepted since the start. */
  readonly accepted: Record<EventKind, number>;
  /** Datagrams read since the start, valid or not. */
  read = 0;
  /** Events of excluded users, which are dropped. */
  excluded = 0;
  /** Duplicate events: in another dialect, or the same datagram again. */
  copies = 0;
  /** Datagrams with text that wasn't UTF-8. */
  codePage = 0;
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_event_copies_total',
      help: 'Duplicate events: the same sender sent the event in another layout, or the same datagram again',
      read: () => this.copies,
    },
    {
      type: 'counter',
      name: 'blinky_datagrams_code_page_total',
      help: 'Datagrams with text that was not UTF-8, so it was read as windows-1252',
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

  /** Handles one datagram from the network. Never throws, whatever the datagram contains. */
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
        `ignored ${described(event, senderAddress, senderPort)}: its user is in Butler.userEvents.excludeUser`,
      );
      return;
    }
    const copied = this.#repeated.firstDialectOf(event, senderAddress, readAtMs);
    if (copied !== undefined) {
      this.copies += 1;
      this.#log.debug?.(
        `ignored ${described(event, senderAddress, senderPort)}: already received as ${copied}`,
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

/** A separate function, so that the code of every event stays small enough for V8 to inline. */
function described({ command, host, dialect }: ParsedEvent, address: string, port: number): string {
  return `${command} on ${host} from ${address}:${port}, as ${dialect}`;
}

/** Without a spread, which costs ten times as much: every light waits for this. */
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
 * Creates the test for allowed senders from addresses and CIDR ranges that the configuration has
 * validated. An empty list allows all senders.
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
