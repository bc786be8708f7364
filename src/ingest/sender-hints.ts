import type { Dialect } from '../events/user-event.ts';
import type { Log } from '../platform/log.ts';

/** Senders for which each hint is logged; anyone can send from many addresses. */
const mostSenders = 100;

/** Logs once for each sender what is wrong with its appender file, though its events are accepted. */
export class SenderHints {
  readonly #log: Log;
  readonly #codePage = new Set<string>();
  readonly #twoFiles = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Reports text that wasn't UTF-8. */
  usedCodePage(sender: string): void {
    if (!isNew(this.#codePage, sender)) return;
    this.#log.warn(
      `${sender} sends text that is not UTF-8; it was read as windows-1252, so names in other scripts are wrong. Fix: set <param name="encoding" value="utf-8" /> in each appender in its appender file (LocalLogConfig.xml)`,
    );
  }

  /** Reports the same event in two dialects. */
  sentTwice(sender: string, first: Dialect, second: Dialect): void {
    if (!isNew(this.#twoFiles, sender)) return;
    this.#log.warn(
      `${sender} sends the same events in two layouts, ${first} and ${second}; each is counted once. Fix: keep the appenders of only one layout in its LocalLogConfig.xml`,
    );
  }
}

function isNew(known: Set<string>, sender: string): boolean {
  if (known.has(sender) || known.size >= mostSenders) return false;
  known.add(sender);
  return true;
}
