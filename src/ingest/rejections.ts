import { commandList } from '../events/kinds.ts';
import type { Metric } from '../health/metrics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { auditRowCommand } from './audit-row.ts';
import { KnownMistakes } from './known-mistakes.ts';
import { type RejectionReason, rejectionReasons } from './parse.ts';
import { RejectionSums } from './rejection-sums.ts';
import { cleanField } from './text.ts';

/** At most one line is logged per interval, whatever arrives, ms. */
const logEveryMs = 1000;
const previewLength = 80;

interface Explanation {
  /** What is wrong with the datagram. */
  readonly message: string;
  /** How to fix it: continues a sentence, so it starts in lower case. */
  readonly remedy: string;
}

const newFile =
  "download the right LocalLogConfig.xml from Blinky's page (/LocalLogConfig.xml), or print it with `blinky appender`";

const explanations: Record<RejectionReason, Explanation> = {
  empty: { message: 'it is empty', remedy: 'find out which program on that machine sends it' },
  'wrong-appender': {
    message:
      "it was sent by the faulty sample file in Butler SOS's documentation (/proxy-user-event/)",
    remedy: newFile,
  },
  'unknown-prefix': {
    message: 'it starts with an unknown prefix',
    remedy: 'send user events only; the setup page (/setup) has the right file',
  },
  'unknown-command': {
    message: `its command isn't one of ${commandList}`,
    remedy:
      'find out which program on that machine sends it; if it is a Sense server, the setup page (/setup) has the right file',
  },
  'missing-host': {
    message: 'it contains no host name',
    remedy: `use an appender file that sends %hostname: ${newFile}`,
  },
  'missing-user': {
    message: 'it contains no user',
    remedy: `use an appender file that sends %property{UserId}: ${newFile}`,
  },
  'wrong-encoding': {
    message: 'it is encoded as UTF-16',
    remedy:
      'set <param name="encoding" value="utf-8" /> in each appender in the appender file (LocalLogConfig.xml)',
  },
  'joined-events': {
    message: 'it contains several events that are not separated; only the first was accepted',
    remedy: 'set up the relay to send each event in a separate datagram or on a separate line',
  },
  'too-many-events': {
    message: 'it contains more than 100 events; only the first 100 were accepted',
    remedy: 'set up the relay to send fewer events in one datagram',
  },
  'sender-not-allowed': {
    message: "its sender isn't in Butler.udpServerConfig.allowFrom",
    remedy: 'if this sender should be allowed, add its address there',
  },
};

/** For a server whose appender file sends every row of the proxy's audit log. */
function unfilteredRow(command: string): Explanation {
  const what = command === '' ? 'it has no command' : `its command "${command}" isn't a user event`;
  return {
    message: `${what}: a Sense server sends such rows if its appender file has no filters`,
    remedy: `replace the file on that server: ${newFile}. Its user events are accepted in the meantime`,
  };
}

/** A datagram that wasn't an event. */
export interface RejectedDatagram {
  /** Address and port. */
  readonly sender: string;
  readonly reason: RejectionReason;
  /** When it arrived, ISO 8601. */
  readonly at: string;
  /** What is wrong with it and how to fix it. */
  readonly explanation: string;
}

/** One rejection, for the list of senders. */
export interface Rejection extends Explanation {
  /** The sender's address, without its port. */
  readonly address: string;
  readonly reason: RejectionReason;
  /** When it arrived, ms since 1970. */
  readonly atMs: number;
}

/**
 * Counts the datagrams that weren't events, and logs them without flooding the log: each mistake of a
 * sender once with cause and fix, then as summaries.
 */
export class Rejections {
  readonly counts: Record<RejectionReason, number>;
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_datagrams_rejected_total',
      help: 'Datagrams rejected because they were not valid events',
      label: 'reason',
      readEach: () => Object.entries(this.counts),
    },
  ];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onRejection: ((rejection: Rejection) => void) | undefined;
  readonly #known: KnownMistakes;
  readonly #sums: RejectionSums;
  #last: { readonly sender: string; readonly rejection: Rejection } | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log, onRejection?: (rejection: Rejection) => void) {
    this.#clock = clock;
    this.#log = log;
    this.#onRejection = onRejection;
    this.#known = new KnownMistakes(clock);
    this.#sums = new RejectionSums({
      clock,
      waitMs: () => this.#quietUntil - clock.monotonicMs(),
      write: (line) => this.#write(line),
    });
    this.counts = Object.fromEntries(rejectionReasons.map((reason) => [reason, 0])) as Record<
      RejectionReason,
      number
    >;
  }

  /** The most recent one, which helps when setting up a server. */
  get last(): RejectedDatagram | undefined {
    if (!this.#last) return undefined;
    const { sender, rejection } = this.#last;
    const { reason, atMs, message, remedy } = rejection;
    const at = new Date(atMs).toISOString();
    return { sender, reason, at, explanation: `${message}; ${remedy}` };
  }

  /**
   * Counts one datagram, and logs it if its sender's mistake is new.
   * @param sender address and port
   */
  add(reason: RejectionReason, sender: string, bytes: Uint8Array): void {
    this.counts[reason] += 1;
    const address = sender.slice(0, sender.lastIndexOf(':'));
    const command = reason === 'unknown-command' ? auditRowCommand(bytes) : undefined;
    const { message, remedy } =
      command === undefined ? explanations[reason] : unfilteredRow(command);
    const rejection = { address, reason, atMs: this.#clock.now().getTime(), message, remedy };
    this.#last = { sender, rejection };
    this.#onRejection?.(rejection);

    const sendsRows = command !== undefined || this.#isOfRows(address, reason);
    const isNews =
      this.#clock.monotonicMs() >= this.#quietUntil &&
      this.#known.isNews(address, sendsRows ? 'rows' : reason);
    if (isNews) {
      const what = `rejected a datagram from ${sender}: ${message}${preview(bytes)}`;
      this.#write(`${what}. Fix: ${remedy}`);
    } else this.#sums.add(address, reason, sendsRows);
  }

  stop(): void {
    this.#sums.stop();
  }

  /** Unfiltered rows have all kinds of fields, some with line breaks. */
  #isOfRows(address: string, reason: RejectionReason): boolean {
    return reason !== 'wrong-appender' && this.#known.isKnown(address, 'rows');
  }

  #write(line: string): void {
    this.#quietUntil = this.#clock.monotonicMs() + logEveryMs;
    this.#log.warn(line);
  }
}

/** Returns the start of the datagram, which helps to recognise the program that sends it. */
function preview(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, previewLength)).toString('latin1');
  const text = cleanField(start, previewLength);
  return text === '' ? '' : ` (${bytes.length} bytes: ${JSON.stringify(text)})`;
}
