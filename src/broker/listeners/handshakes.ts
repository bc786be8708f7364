import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { FairShares, type Party } from '../../access/fair-shares.ts';
import { AddressLimits } from '../../access/rate-limits.ts';
import { RefusalPeriod } from '../../access/refusal-period.ts';
import { networkOf, plainAddress } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { BrokerStatistics } from '../broker-statistics.ts';

/** Handshakes under way at a time; each takes some 50 kB. */
const mostHandshakes = 40;

/** From the connection to the end of the handshake, ms: a microcontroller on weak Wi-Fi takes long. */
const handshakeMs = 10_000;

/**
 * Handshakes begin so far apart, ms. One takes a signature and a key agreement in one turn of the
 * event loop, a few ms on a small Raspberry Pi; in between come lights and clients.
 */
const apartMs = 5;

/** So many seconds' worth of connections may come at once, as without TLS. */
const burstSeconds = 5;

export interface HandshakesOptions {
  /** Begins the handshake on a connection. */
  readonly begin: (socket: Socket) => void;
  /** From one network, as without TLS. */
  readonly connectionsPerSecond: number;
  readonly statistics: Pick<BrokerStatistics, 'refused'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Handshake {
  readonly socket: Socket;
  readonly party: Party;
  readonly cancelTimer: () => void;
}

/**
 * Bounds TLS handshakes, by network and in total, before any work is done for them. While all places
 * are taken, a newcomer gets the oldest one of the network that has most, if that has more than the
 * newcomer's.
 */
export class Handshakes {
  readonly #options: HandshakesOptions;
  readonly #perNetwork: AddressLimits;
  readonly #shares = new FairShares();
  /** By address and port of the client, the oldest first. */
  readonly #underWay = new Map<string, Handshake>();
  /** Those that have said something, and whose handshake has not begun. */
  readonly #ready = new Set<Handshake>();
  readonly #refusals: RefusalPeriod;
  #begunAtMs = Number.NEGATIVE_INFINITY;
  #cancelBegin: (() => void) | undefined;

  constructor(options: HandshakesOptions) {
    const { connectionsPerSecond, clock, log } = options;
    this.#options = options;
    this.#perNetwork = new AddressLimits(
      { burst: burstSeconds * connectionsPerSecond, everyMs: 1000 / connectionsPerSecond },
      clock,
    );
    this.#refusals = new RefusalPeriod({
      began: (who) => `too many TLS handshakes: some are refused (first: ${who})`,
      ended: (count) => `no TLS handshakes are refused any longer; refused meanwhile: ${count}`,
      clock,
      log,
    });
  }

  /** A new connection, of which nothing has been read. */
  take(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const remoteAddress = socket.remoteAddress && plainAddress(socket.remoteAddress);
    if (remoteAddress === undefined || !this.#makeRoom(remoteAddress)) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const handshake: Handshake = {
      socket,
      party: { key: networkOf(remoteAddress), standing: 'stranger' },
      cancelTimer: this.#options.clock.schedule(handshakeMs, () => socket.destroy()),
    };
    this.#underWay.set(key, handshake);
    this.#shares.add(handshake.party, 1);
    socket.once('close', () => this.#end(key, handshake));
    // Who says nothing costs a place, and no more.
    socket.once('readable', () => {
      if (this.#underWay.get(key) !== handshake) return;
      this.#ready.add(handshake);
      this.#beginNext();
    });
  }

  /** Its handshake is over. */
  done(socket: TLSSocket): void {
    const key = keyOf(socket);
    const handshake = this.#underWay.get(key);
    if (handshake) this.#end(key, handshake);
  }

  /** Closes what has not got through. */
  close(): void {
    this.#refusals.stop();
    this.#cancelBegin?.();
    for (const { socket } of [...this.#underWay.values()]) socket.destroy();
  }

  #makeRoom(address: string): boolean {
    if (this.#perNetwork.take(address) > 0) {
      this.#refuse(address);
      return false;
    }
    if (this.#shares.total < mostHandshakes) return true;
    const party = this.#shares.firstToGiveWayTo({ key: networkOf(address), standing: 'stranger' });
    for (const [key, handshake] of this.#underWay) {
      if (!party || handshake.party.key !== party.key) continue;
      this.#refuse(handshake.party.key);
      this.#end(key, handshake);
      handshake.socket.destroy();
      return true;
    }
    this.#refuse(address);
    return false;
  }

  #refuse(address: string): void {
    this.#options.statistics.refused['too many handshakes'] += 1;
    this.#refusals.refused(address);
  }

  #beginNext(): void {
    const { clock, begin } = this.#options;
    const [handshake] = this.#ready;
    if (!handshake || this.#cancelBegin) return;
    const waitMs = this.#begunAtMs + apartMs - clock.monotonicMs();
    if (waitMs > 0) {
      this.#cancelBegin = clock.schedule(waitMs, () => {
        this.#cancelBegin = undefined;
        this.#beginNext();
      });
      return;
    }
    this.#ready.delete(handshake);
    this.#begunAtMs = clock.monotonicMs();
    begin(handshake.socket);
    this.#beginNext();
  }

  #end(key: string, handshake: Handshake): void {
    if (this.#underWay.get(key) !== handshake) return;
    this.#underWay.delete(key);
    this.#ready.delete(handshake);
    this.#shares.remove(handshake.party, 1);
    handshake.cancelTimer();
  }
}

/** Of all connections to one port only one has it. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
