import { cleanName } from '../../access/shown-name.ts';
import { networkOf } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** A condition is over when it has not occurred for this long, ms. */
const quietMs = 600_000;
/** How often that is checked, ms. */
const lookMs = 60_000;

/** How many clients of one network, and in total, have log lines of their own; others share one. */
const mostOfNetwork = 4;
const most = 60;
/** Client ids are cut to this many characters. */
const mostOfId = 64;

/** A condition that may occur repeatedly for a client, with its texts. */
export interface NoticeKind {
  readonly name: string;
  readonly level: 'warn' | 'info';
  /** The line when it is over; by default none. */
  readonly ended?: (count: number) => string;
}

interface Period {
  readonly kind: NoticeKind;
  readonly who: string;
  /** Undefined if it is shared by other clients. */
  readonly network: string | undefined;
  count: number;
  lastAtMs: number;
}

/**
 * Logs conditions of clients: one line when a condition starts, and one when it has not occurred
 * for ten minutes. The lines and the memory are limited, however many clients there are and
 * whatever client ids they use.
 */
export class ClientNotices {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #periods = new Map<string, Period>();
  /** How many periods each network has. */
  readonly #ofNetwork = new Map<string, number>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Notes that a condition occurred for a client.
   * @param describe creates the text of the first line
   */
  note(
    kind: NoticeKind,
    { clientId, address }: { readonly clientId: string; readonly address: string },
    describe: () => string,
  ): void {
    const id = cleanName(clientId, mostOfId);
    const network = networkOf(address);
    const hasRoom = this.#periods.size < most;
    const isNamed =
      this.#periods.has(`${kind.name}/${network}/${id}`) ||
      (hasRoom && (this.#ofNetwork.get(network) ?? 0) < mostOfNetwork);
    const isOfNetwork = isNamed || hasRoom || this.#periods.has(`${kind.name}/${network}`);
    const [key, who] = isNamed
      ? [
          `${kind.name}/${network}/${id}`,
          `${id === '' ? 'a client' : `client ${id}`} at ${address}`,
        ]
      : isOfNetwork
        ? [`${kind.name}/${network}`, `other clients at ${address}`]
        : [kind.name, 'other clients'];
    const period =
      this.#periods.get(key) ?? this.#begin(key, isNamed ? network : undefined, kind, who);
    if (period.count === 0) this.#log[kind.level](`${who}: ${describe()}`);
    period.count += 1;
    period.lastAtMs = this.#clock.monotonicMs();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #begin(key: string, network: string | undefined, kind: NoticeKind, who: string): Period {
    const period = { kind, who, network, count: 0, lastAtMs: 0 };
    this.#periods.set(key, period);
    if (network !== undefined) {
      this.#ofNetwork.set(network, (this.#ofNetwork.get(network) ?? 0) + 1);
    }
    this.#cancel ??= this.#clock.schedule(lookMs, () => this.#look());
    return period;
  }

  #look(): void {
    this.#cancel = undefined;
    const now = this.#clock.monotonicMs();
    for (const [key, period] of this.#periods) {
      if (now - period.lastAtMs >= quietMs) this.#end(key, period);
    }
    if (this.#periods.size > 0) {
      this.#cancel = this.#clock.schedule(lookMs, () => this.#look());
    }
  }

  #end(key: string, { kind, who, network, count }: Period): void {
    this.#periods.delete(key);
    if (network !== undefined) {
      const left = (this.#ofNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.#ofNetwork.set(network, left);
      else this.#ofNetwork.delete(network);
    }
    // The first line already covers a single occurrence.
    if (kind.ended && count > 1) this.#log.info(`${who}: ${kind.ended(count)}`);
  }
}
