import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { FairShares, type Party } from '../../access/fair-shares.ts';
import { AddressLimits } from '../../access/rate-limits.ts';
import { RefusalPeriod } from '../../access/refusal-period.ts';
import { networkOf, plainAddress } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { BrokerStatistics } from '../broker-statistics.ts';

/** Concurrent handshakes; each takes about 50 kB. */
const mostHandshakes = 40;

/**
 * From the connection to the end of the handshake, ms: a microcontroller on weak Wi-Fi takes long.
 */
const handshakeMs = 10_000;

/**
 * The interval between the starts of handshakes, ms. One takes a signature and a key agreement in
 * one turn of the event loop, a few ms on a small Raspberry Pi; lights and clients get their turns
 * in between.
 */
const apartMs = 5;

/** This many seconds' worth of connections may come at once, as without TLS. */
const burstSeconds = 5;

export interface HandshakesOptions {
  /** Starts the handshake on a connection. */
  readonly begin: (socket: Socket) => void;
  /** Per network, as without TLS. */
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
 * Limits TLS handshakes, by network and in total, before any work is done for them. When all places
 * are taken, a new connection gets the oldest one of the network that has most, if that has more
 * than its own network.
 */
export class Handshakes {
  readonly #options: HandshakesOptions;
  readonly #perNetwork: AddressLimits;
  readonly #shares = new FairShares();
  /** By address and port of the client, the oldest first. */
  readonly #underWay = new Map<string, Handshake>();
  /** Connections that have sent data, and whose handshake has not started. */
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
      ended: (count) => `TLS handshakes are no longer refused; ${count} were refused`,
      clock,
      log,
    });
  }

  /** A new connection, from which nothing has been read. */
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
    // A client that sends nothing costs a place, and nothing else.
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

  /** Closes connections that have not completed their handshake. */
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

/** Unique among all connections to one port. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
