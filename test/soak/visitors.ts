import { createConnection } from 'node:net';
import mqtt, { type IClientOptions } from 'mqtt';
import type { Ports } from './appliance.ts';
import { rest } from './rest.ts';

/** How long a visitor stays, and stays away, ms: at most. */
const longestMs = 8000;
/** How often somebody reloads a page, ms. */
const reloadEveryMs = 500;
const answerWithinMs = 10_000;

const pages = ['/', '/setup', '/api/status', '/api/events', '/api/history', '/healthz'] as const;

/** What kind of MQTT clients come: by which door, with which quality of service. */
const kinds = [
  { qos: 0, options: {} },
  { qos: 1, options: {} },
  { qos: 1, options: { clientId: 'soak-visitor-who-returns', clean: false } },
  { qos: 0, options: {}, overWebSocket: true },
  { qos: 1, options: {}, overWebSocket: true },
] as const satisfies readonly {
  readonly qos: 0 | 1;
  readonly options: IClientOptions;
  readonly overWebSocket?: true;
}[];

/** MQTT clients that come and go, and browsers that reload. */
export class Visitors {
  mqttVisits = 0;
  pageLoads = 0;
  /** Visits that failed; the first reason is kept. */
  failures = 0;
  firstFailure = '';
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Visits until `signal` aborts; resolves when the last visitor has gone. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      ...kinds.map((kind) => this.#again(signal, longestMs, () => this.#visitBroker(kind, signal))),
      this.#again(signal, longestMs, () => this.#knock()),
      this.#again(signal, reloadEveryMs, () => this.#loadPage()),
    ]);
  }

  async #again(
    signal: AbortSignal,
    longestPauseMs: number,
    visit: () => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await visit();
      } catch (error) {
        this.failures += 1;
        this.firstFailure ||= error instanceof Error ? error.message : String(error);
      }
      await rest(Math.random() * longestPauseMs, signal);
    }
  }

  async #visitBroker(kind: (typeof kinds)[number], signal: AbortSignal): Promise<void> {
    const { mqtt: mqttPort, web } = this.#ports;
    const place =
      'overWebSocket' in kind ? `ws://127.0.0.1:${web}/mqtt` : `mqtt://127.0.0.1:${mqttPort}`;
    const client = await mqtt.connectAsync(
      place,
      { ...kind.options, reconnectPeriod: 0, connectTimeout: answerWithinMs },
      false,
    );
    client.on('error', () => {});
    await client.subscribeAsync('#', { qos: kind.qos });
    this.mqttVisits += 1;
    await rest(Math.random() * longestMs, signal);
    // Half of them leave without a word, as a device does whose plug is pulled.
    await client.endAsync(Math.random() < 0.5);
  }

  /** Somebody who connects, says half a word and is gone. */
  async #knock(): Promise<void> {
    await new Promise<void>((resolve) => {
      const socket = createConnection(this.#ports.mqtt, '127.0.0.1', () => {
        socket.end(Buffer.from([0x10, 0x20, 0x00]));
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.setTimeout(answerWithinMs, () => socket.destroy());
      socket.resume();
    });
  }

  async #loadPage(): Promise<void> {
    const page = pages[this.pageLoads % pages.length];
    this.pageLoads += 1;
    const response = await fetch(`http://127.0.0.1:${this.#ports.web}${page}`, {
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await response.arrayBuffer();
    // While Slack is out of order, /healthz says so.
    const isFine = response.ok || (page === '/healthz' && response.status === 503);
    if (!isFine) throw new Error(`${page} answered ${response.status}`);
  }
}
