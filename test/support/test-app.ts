import { createSocket } from 'node:dgram';
import type { TestContext } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import { type Colour, colours, type Lamp } from '../../hardware/lamp.ts';
import type { App, AppOptions } from '../../src/appliance/app-interface.ts';
import { createApp } from '../../src/appliance/appliance.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { recordOf } from '../../src/platform/record-of.ts';
import { recordingLog } from './recording-log.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** Every port free, nothing but loopback, lights quick enough for a test. */
export const testSettings: readonly string[] = [
  'udpServerConfig.serverHost=127.0.0.1',
  'udpServerConfig.portSessionConnectionEvents=0',
  'brokerConfig.host=127.0.0.1',
  'brokerConfig.port=0',
  'webConfig.host=127.0.0.1',
  'webConfig.port=0',
];

/** The defaults with these settings over them. */
export function testConfig(settings: readonly string[] = []): Config {
  return loadConfig({
    environment: { BLINKY_CONFIG: '/dev/null' },
    overrides: [...testSettings, ...settings],
  }).config;
}

export interface LampChange {
  readonly colour: Colour;
  readonly on: boolean;
  readonly atMs: number;
}

export interface TestApp {
  readonly app: App;
  readonly lines: readonly string[];
  /** Every switching of a lamp, in order. */
  readonly lampChanges: readonly LampChange[];
  /** How often `colour` was lit for an event. */
  blinks(colour: Colour): number;
  send(datagram: string | Uint8Array): Promise<void>;
  get(path: string): Promise<Response>;
  /** A client that has subscribed to the topics; it ends with the test. */
  subscribe(topics: string | string[], options?: mqtt.IClientOptions): Promise<Subscriber>;
  /** Resolves when the lamps have shown that they work, and both are dark for a while. */
  lampTestOver(): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Subscriber {
  readonly client: MqttClient;
  readonly messages: readonly { topic: string; payload: string; retained: boolean }[];
  /** Resolves with the payload of the first message on `topic`. */
  received(topic: string): Promise<string>;
}

/** Starts the whole appliance on free ports, with lamps that only remember. */
export async function startTestApp(
  context: TestContext,
  settings: readonly string[] = [],
  options: Partial<AppOptions> = {},
): Promise<TestApp> {
  const { log, lines } = recordingLog();
  const lampChanges: LampChange[] = [];
  const lamp = (colour: Colour): Lamp => ({
    set: (on) => lampChanges.push({ colour, on, atMs: performance.now() }),
    close: () => lampChanges.push({ colour, on: false, atMs: performance.now() }),
  });
  const app = createApp({
    config: testConfig(settings),
    version: '0.0.0-test',
    slackToken: { tokenFile: '' },
    stateDirectory: options.stateDirectory ?? temporaryFolder(context),
    openLamps: async () => ({
      lamps: recordOf(colours, lamp),
      description: 'lamps of a test',
    }),
    clock: systemClock,
    random: Math.random,
    log,
    ...options,
  });
  const stop = () => app.stop(AbortSignal.timeout(5000));
  context.after(stop);
  await app.start();

  const sender = createSocket('udp4');
  context.after(() => sender.close());

  return {
    app,
    lines,
    lampChanges,
    blinks: (colour) => app.lights.lights[colour].planner.blinked,
    send: (datagram) =>
      new Promise((resolve, reject) => {
        sender.send(datagram, app.ports.udp ?? 0, '127.0.0.1', (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    get: (path) => fetch(`http://127.0.0.1:${app.ports.web}${path}`),
    lampTestOver: () =>
      waitFor('the end of the lamp test', () =>
        lampChanges.some(({ colour, on }) => colour === 'red' && !on),
      ),
    subscribe: (topics, clientOptions) => subscribe(context, app, topics, clientOptions),
    stop,
  };
}

async function subscribe(
  context: TestContext,
  app: App,
  topics: string | string[],
  options: mqtt.IClientOptions = {},
): Promise<Subscriber> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${app.ports.mqtt}`, {
    reconnectPeriod: 0,
    ...options,
  });
  context.after(() => client.endAsync(true));
  const messages: { topic: string; payload: string; retained: boolean }[] = [];
  client.on('message', (topic, payload, { retain }) => {
    messages.push({ topic, payload: payload.toString(), retained: retain });
  });
  await waitFor('connection to the broker', () => client.connected);
  if (topics.length > 0) await client.subscribeAsync(topics);
  return {
    client,
    messages,
    received: (topic) =>
      waitFor(`message on ${topic}`, () => messages.find((one) => one.topic === topic)?.payload),
  };
}
