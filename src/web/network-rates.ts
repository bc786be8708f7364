import { AddressLimits } from '../access/rate-limits.ts';
import { RefusalPeriod, type RefusalPeriodOptions } from '../access/refusal-period.ts';
import { networkOf } from '../platform/addresses.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { type WebRefusalReason, type WebStatistics, webRefusalReasons } from './web-statistics.ts';

/**
 * From one network (an IPv4 address or an IPv6 /64, which may be a whole office), connections: as
 * many as the broker takes. A page opens up to six and one for MQTT.
 */
const connectionRate = { burst: 250, everyMs: 20 };

/**
 * Requests from one network, which may be an office or a proxy on another machine. A page takes 30;
 * twenty people may open it at once, and three a second. How many begin in a turn of the event loop
 * is bounded by `request-pace.ts`.
 */
const requestRate = { burst: 600, everyMs: 10 };

/** From this machine itself: a proxy on it passes on the requests of everybody. */
const ownRate = { burst: 5000, everyMs: 1 };

const lines: Readonly<Record<WebRefusalReason, Pick<RefusalPeriodOptions, 'began' | 'ended'>>> = {
  'too many connections': {
    began: (who) =>
      `too many HTTP connections: closing some of the network that has most (first: ${who})`,
    ended: (count) => `HTTP connections are within their limit again (${count} were closed)`,
  },
  'connects too often': {
    began: (who) => `${who} opens too many HTTP connections: refusing some`,
    ended: (count) => `HTTP connections are no longer refused (${count} were)`,
  },
  'too many requests': {
    began: (who) => `${who} sends too many HTTP requests: refusing some`,
    ended: (count) => `HTTP requests are no longer refused (${count} were)`,
  },
};

export interface NetworkRatesOptions {
  readonly statistics: WebStatistics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Whether a network is this machine. Not the whole of 127.0.0.0/8: what runs here and connects to
 * it comes from the first address.
 */
export const isThisMachine = (network: string): boolean =>
  network === '127.0.0.1' || network === '0:0:0:0';

/** How often each network may connect and ask; counts and logs what is refused. */
export class NetworkRates {
  readonly #statistics: WebStatistics;
  readonly #periods: ReadonlyMap<WebRefusalReason, RefusalPeriod>;
  readonly #connections: AddressLimits;
  readonly #requests: AddressLimits;
  readonly #own: { readonly connections: AddressLimits; readonly requests: AddressLimits };

  constructor({ statistics, clock, log }: NetworkRatesOptions) {
    this.#statistics = statistics;
    this.#periods = new Map(
      webRefusalReasons.map((reason) => [
        reason,
        new RefusalPeriod({ ...lines[reason], clock, log }),
      ]),
    );
    this.#connections = new AddressLimits(connectionRate, clock);
    this.#requests = new AddressLimits(requestRate, clock);
    this.#own = {
      connections: new AddressLimits(ownRate, clock),
      requests: new AddressLimits(ownRate, clock),
    };
  }

  /** Whether one more connection from this address is taken now. */
  admitsConnection(address: string): boolean {
    const limits = isThisMachine(networkOf(address)) ? this.#own.connections : this.#connections;
    if (limits.take(address) === 0) return true;
    this.refuse('connects too often', address);
    return false;
  }

  /** How long this address must wait with its request, ms; 0 when it is taken now. */
  takeRequest(address: string): number {
    const limits = isThisMachine(networkOf(address)) ? this.#own.requests : this.#requests;
    const waitMs = limits.take(address);
    if (waitMs > 0) this.refuse('too many requests', address);
    return waitMs;
  }

  /** Counts and logs a refusal. */
  refuse(reason: WebRefusalReason, address: string): void {
    this.#statistics.refused[reason] += 1;
    this.#periods.get(reason)?.refused(address);
  }

  stop(): void {
    for (const period of this.#periods.values()) period.stop();
  }
}
