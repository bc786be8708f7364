import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { cleanField } from './clean.ts';
import { type RejectionReason, rejectionReasons } from './parse.ts';

/** At most one line in so many ms, whatever arrives. */
const logEveryMs = 1000;
const previewLength = 80;

const explanations: Record<RejectionReason, string> = {
  empty: 'an empty datagram',
  'wrong-appender':
    'it comes from an appender file that documentation prints by mistake (/proxy-user-event/); download the right LocalLogConfig.xml from the page of this appliance (/LocalLogConfig.xml) or print it with `blinky appender`',
  'wrong-encoding':
    'it was sent as UTF-16. Fix: set <param name="encoding" value="utf-8" /> in the appender file (LocalLogConfig.xml), in each appender',
  'unknown-prefix': 'it begins with a prefix that is no user event',
  'unknown-command':
    'its command is none of Start session, Stop session, Open connection, Close connection',
  'missing-host': 'it names no host',
  'missing-user': 'it names no user',
  'joined-events':
    'it holds several events with nothing between them. Fix: let the relay send each event in a datagram of its own, or on a line of its own',
  'too-many-events':
    'it holds more than 100 events; the first 100 were taken. Fix: let the relay send fewer events in one datagram',
  'sender-not-allowed': 'its sender is not in Butler.udpServerConfig.allowFrom',
};

/** A datagram that was no event. */
export interface RejectedDatagram {
  /** Address and port. */
  readonly sender: string;
  readonly reason: RejectionReason;
  /** ISO 8601: when it came. */
  readonly at: string;
  /** What is wrong with it, in words. */
  readonly explanation: string;
}

/** Counts the datagrams that were no events, and logs them without being flooded. */
export class Rejections {
  readonly counts: Record<RejectionReason, number>;
  /** The newest one: what somebody who sets up a server looks for. */
  last: RejectedDatagram | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #suppressed = 0;
  #cancelSummary: (() => void) | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.counts = Object.fromEntries(rejectionReasons.map((reason) => [reason, 0])) as Record<
      RejectionReason,
      number
    >;
  }

  /** Counts one datagram, and logs it unless a line was logged less than a second ago. */
  add(reason: RejectionReason, sender: string, bytes: Uint8Array): void {
    this.counts[reason] += 1;
    const explanation = explanations[reason];
    this.last = { sender, reason, at: this.#clock.now().toISOString(), explanation };
    const now = this.#clock.monotonicMs();
    if (now < this.#quietUntil) {
      this.#suppressed += 1;
      this.#cancelSummary ??= this.#clock.schedule(this.#quietUntil - now, () => this.#sumUp());
      return;
    }
    this.#quietUntil = now + logEveryMs;
    this.#log.warn(`rejected a datagram from ${sender}: ${explanation}${preview(bytes)}`);
  }

  stop(): void {
    if (this.#cancelSummary) this.#sumUp();
  }

  #sumUp(): void {
    this.#cancelSummary?.();
    this.#cancelSummary = undefined;
    this.#quietUntil = this.#clock.monotonicMs() + logEveryMs;
    this.#log.warn(`rejected ${this.#suppressed} more datagrams within the last second`);
    this.#suppressed = 0;
  }
}

/** The beginning of the datagram, so that a person recognises who sends it. */
function preview(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, previewLength)).toString('latin1');
  const text = cleanField(start, previewLength);
  return text === '' ? '' : ` (${bytes.length} bytes: ${JSON.stringify(text)})`;
}
