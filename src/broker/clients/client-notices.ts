import { cleanName } from '../../access/shown-name.ts';
import { networkOf } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** Something happens no longer when it has not happened for so long, ms. */
const quietMs = 600_000;
/** How often that is looked at, ms. */
const lookMs = 60_000;

/** Clients of one network, and of all, that have lines of their own; others share one. */
const mostOfNetwork = 4;
const most = 60;
/** A client id is cut to so many characters. */
const mostOfId = 64;

/** What may happen to a client again and again, in words. */
export interface NoticeKind {
  readonly name: string;
  readonly level: 'warn' | 'info';
  /** The line about the end of it; by default there is none. */
  readonly ended?: (count: number) => string;
}

interface Period {
  readonly kind: NoticeKind;
  readonly who: string;
  /** Undefined for one that others share. */
  readonly network: string | undefined;
  count: number;
  lastAtMs: number;
}

/**
 * Says what happens to a client: one line when it begins, and one when it has not happened again
 * for ten minutes. However many clients there are, and whatever they call themselves, the lines and
 * what is remembered are bounded.
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
   * Notes that something happened to a client.
   * @param describe makes what is said of it when it is the first time
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
    // The first line says everything about a single one.
    if (kind.ended && count > 1) this.#log.info(`${who}: ${kind.ended(count)}`);
  }
}
