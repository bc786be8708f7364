import mqtt from 'mqtt';
import { z } from 'zod';
import { Arrivals } from '../numbered-events.ts';
import { rest } from '../rest.ts';
import { markedScript } from './marked-events.ts';

const eventMessage = z.object({ command: z.string(), userId: z.string() });

export const signedInClientId = 'soak-signed-in';

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** A user's QoS 1 client with a persistent session, which is away now and then. */
export class SignedInSubscriber {
  readonly arrivals = new Arrivals(markedScript);
  /** How often it came back and its session was gone. */
  sessionsLost = 0;
  /** How often it was cut off. */
  cutOffs = 0;
  /** How often it was not let in, or not answered; the first reason is kept. */
  refusals = 0;
  firstRefusal = '';
  #client: mqtt.MqttClient | undefined;
  #hasSubscribed = false;
  #port: number;
  readonly #credentials: Credentials;

  constructor(port: number, credentials: Credentials) {
    this.#port = port;
    this.#credentials = credentials;
  }

  get isConnected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Connects, and tries again until it is connected or `signal` aborts. */
  async join(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const client = mqtt.connect(`mqtt://127.0.0.1:${this.#port}`, {
        clientId: signedInClientId,
        clean: false,
        username: this.#credentials.userName,
        password: this.#credentials.password,
        reconnectPeriod: 0,
        connectTimeout: 5000,
      });
      client.on('message', (_topic, payload) => {
        const { command, userId } = eventMessage.parse(JSON.parse(payload.toString()));
        this.arrivals.add(command, userId);
      });
      const problem = await new Promise<string | undefined>((resolve) => {
        client.once('connect', ({ sessionPresent }) => {
          if (this.#hasSubscribed && !sessionPresent) {
            this.sessionsLost += 1;
            this.#hasSubscribed = false;
          }
          resolve(undefined);
        });
        client.on('error', (error) => resolve(error.message));
        client.once('close', () => resolve('the connection was closed'));
      });
      if (problem === undefined) {
        this.#client = client;
        client.on('close', () => {
          if (this.#client === client) this.cutOffs += 1;
        });
        if (this.#hasSubscribed) return;
        this.#hasSubscribed = await client.subscribeAsync('blinky/event', { qos: 1 }).then(
          () => true,
          () => false,
        );
        if (this.#hasSubscribed) return;
      }
      this.refusals += 1;
      this.firstRefusal ||= problem ?? 'not subscribed';
      this.#client = undefined;
      client.end(true);
      await rest(1000, signal);
    }
  }

  /** Goes away, by a DISCONNECT or, as when a plug is pulled, without. */
  async leave(withoutWord = false): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(withoutWord);
  }

  /** Stays and goes in turn, for a random time of at most `longestMs` each, until `signal` aborts. */
  async comeAndGo(longestMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.isConnected) await this.join(signal);
      const leavesAt = performance.now() + Math.random() * longestMs;
      while (this.isConnected && performance.now() < leavesAt && !signal.aborted) {
        await rest(100, signal);
      }
      if (signal.aborted) return;
      if (!this.isConnected) continue;
      await this.leave(Math.random() < 0.5);
      await rest((Math.random() * longestMs) / 2, signal);
    }
  }
}
