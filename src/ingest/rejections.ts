import { commandList } from '../events/kinds.ts';
import type { Metric } from '../health/metrics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { auditRowCommand } from './audit-row.ts';
import { KnownMistakes } from './known-mistakes.ts';
import { type RejectionReason, rejectionReasons } from './parse.ts';
import { RejectionSums } from './rejection-sums.ts';
import { cleanField } from './text.ts';

/** At most one line in so many ms, whatever arrives. */
const logEveryMs = 1000;
const previewLength = 80;

interface Explanation {
  /** What is wrong with the datagram. */
  readonly message: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

const newFile =
  'download the right LocalLogConfig.xml from the page of this appliance (/LocalLogConfig.xml) or print it with `blinky appender`';

const explanations: Record<RejectionReason, Explanation> = {
  empty: { message: 'an empty datagram', remedy: 'find out which program there sends it' },
  'wrong-appender': {
    message:
      'it comes from an appender file that documentation prints by mistake (/proxy-user-event/)',
    remedy: newFile,
  },
  'unknown-prefix': {
    message: 'it begins with a prefix that is no user event',
    remedy: 'send user events only; page /setup has the file',
  },
  'unknown-command': {
    message: `its command is none of ${commandList}`,
    remedy: 'find out which program there sends it; for a Sense server page /setup has the file',
  },
  'missing-host': {
    message: 'it names no host',
    remedy: `use an appender file that sends %hostname: ${newFile}`,
  },
  'missing-user': {
    message: 'it names no user',
    remedy: `use an appender file that sends %property{UserId}: ${newFile}`,
  },
  'wrong-encoding': {
    message: 'it was sent as UTF-16',
    remedy:
      'set <param name="encoding" value="utf-8" /> in each appender of the appender file (LocalLogConfig.xml)',
  },
  'joined-events': {
    message: 'several events with nothing between them; the first was taken',
    remedy: 'let the relay send each event in a datagram of its own, or on a line of its own',
  },
  'too-many-events': {
    message: 'more than 100 events in one datagram; the first 100 were taken',
    remedy: 'let the relay send fewer events in one datagram',
  },
  'sender-not-allowed': {
    message: 'its sender is not in Butler.udpServerConfig.allowFrom',
    remedy: 'add its address there if it may send events',
  },
};

/** Of a server whose appender file sends every row of the proxy's audit log. */
function unfilteredRow(command: string): Explanation {
  const what = command === '' ? 'it has no command' : `its command "${command}" is no user event`;
  return {
    message: `${what}: a Sense server sends such rows when its appender file has no filters`,
    remedy: `replace the file there: ${newFile}; its user events are taken meanwhile`,
  };
}

/** A datagram that was no event. */
export interface RejectedDatagram {
  /** Address and port. */
  readonly sender: string;
  readonly reason: RejectionReason;
  /** ISO 8601: when it came. */
  readonly at: string;
  /** What is wrong with it and what to do, in words. */
  readonly explanation: string;
}

/** One rejection, for those who keep what each sender did. */
export interface Rejection extends Explanation {
  /** The sender's address, without its port. */
  readonly address: string;
  readonly reason: RejectionReason;
  /** When it came, ms since 1970. */
  readonly atMs: number;
}

/**
 * Counts the datagrams that were no events, and logs them without being flooded: a sender's mistake
 * once with its cause and remedy, then in sums.
 */
export class Rejections {
  readonly counts: Record<RejectionReason, number>;
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_datagrams_rejected_total',
      help: 'Datagrams that were no events',
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

  /** The newest one: what somebody who sets up a server looks for. */
  get last(): RejectedDatagram | undefined {
    if (!this.#last) return undefined;
    const { sender, rejection } = this.#last;
    const { reason, atMs, message, remedy } = rejection;
    const at = new Date(atMs).toISOString();
    return { sender, reason, at, explanation: `${message}; ${remedy}` };
  }

  /**
   * Counts one datagram, and logs it where its sender's mistake is news.
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

  /** Rows without filters have all kinds of fields, some with line ends. */
  #isOfRows(address: string, reason: RejectionReason): boolean {
    return reason !== 'wrong-appender' && this.#known.isKnown(address, 'rows');
  }

  #write(line: string): void {
    this.#quietUntil = this.#clock.monotonicMs() + logEveryMs;
    this.#log.warn(line);
  }
}

/** The beginning of the datagram, so that a person recognises who sends it. */
function preview(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, previewLength)).toString('latin1');
  const text = cleanField(start, previewLength);
  return text === '' ? '' : ` (${bytes.length} bytes: ${JSON.stringify(text)})`;
}
