import type { Clock } from '../clock.ts';
import { createUserFilter, type ExcludedUser } from '../events/excluded-users.ts';
import { createTimeWriter } from '../events/received-at.ts';
import { type EventKind, eventKinds, type UserEvent } from '../events/user-event.ts';
import { createAllowList } from './allow-list.ts';
import { type ParsedEvent, parseDatagram } from './parse.ts';
import type { Rejections } from './rejections.ts';
import { createUserAgentReader } from './user-agent.ts';
import type { Writable } from './writable.ts';

export interface IngestOptions {
  readonly allowFrom: readonly string[];
  readonly excludeUser: readonly ExcludedUser[];
  readonly rejections: Rejections;
  /** The datagram by which the appliance checks its own socket; no event, and no mistake. */
  readonly probe: Uint8Array;
  readonly clock: Clock;
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
  readonly #options: IngestOptions;
  readonly #maySend: (address: string) => boolean;
  readonly #readUserAgent = createUserAgentReader();
  readonly #writeTime = createTimeWriter();
  readonly #isExcluded: (event: Pick<UserEvent, 'userDirectory' | 'userId'>) => boolean;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#maySend = createAllowList(options.allowFrom);
    this.#isExcluded = createUserFilter(options.excludeUser);
    this.accepted = Object.fromEntries(eventKinds.map((kind) => [kind, 0])) as Record<
      EventKind,
      number
    >;
  }

  /** Takes one datagram from the network. Never throws for what is in it. */
  receive(bytes: Uint8Array, senderAddress: string, senderPort: number): void {
    const { rejections, clock, timeIsKnown, createId, deliver, probe } = this.#options;
    this.read += 1;
    if (bytes.length === probe.length && probe.every((byte, index) => byte === bytes[index]))
      return;
    const readAtMs = clock.monotonicMs();
    if (!this.#maySend(senderAddress)) {
      rejections.add('sender-not-allowed', `${senderAddress}:${senderPort}`, bytes);
      return;
    }
    const result = parseDatagram(bytes, this.#readUserAgent);
    if (!result.ok) {
      rejections.add(result.reason, `${senderAddress}:${senderPort}`, bytes);
      return;
    }
    if (this.#isExcluded(result.event)) {
      this.excluded += 1;
      return;
    }
    const nowMs = clock.now().getTime();
    this.accepted[result.event.kind] += 1;
    const receipt = {
      id: createId(nowMs),
      receivedAt: this.#writeTime(nowMs),
      source: senderAddress,
    };
    deliver(received(result.event, receipt, timeIsKnown()), readAtMs);
  }
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
