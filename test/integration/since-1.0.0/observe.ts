// What others can see of a running appliance, whichever version it is: its pages' names, keys and
// topics, without what changes from run to run.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { freeTcpPort } from '../../bench/targets/ports.ts';
import { type Child, startChild } from '../../support/child.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));

export interface Program {
  readonly child: Child;
  readonly ports: { readonly web: number; readonly mqtt: number; readonly udp: number };
  get(path: string): Promise<Response>;
  send(datagram: string): Promise<void>;
  client(options?: mqtt.IClientOptions): Promise<MqttClient>;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** Where the checkout is. */
  readonly root: string;
  readonly stateDirectory: string;
  readonly settings?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the program of a checkout, on free ports of this machine. */
export async function startProgram(
  context: TestContext,
  { root, stateDirectory, settings = [], environment = {} }: ProgramOptions,
): Promise<Program> {
  const [web, mqttPort, udp] = await Promise.all([freeTcpPort(), freeTcpPort(), freeTcpPort()]);
  const overrides = [
    'lightConfig.driver=simulated',
    'udpServerConfig.serverHost=127.0.0.1',
    `udpServerConfig.portSessionConnectionEvents=${udp}`,
    'brokerConfig.host=127.0.0.1',
    `brokerConfig.port=${mqttPort}`,
    'webConfig.host=127.0.0.1',
    `webConfig.port=${web}`,
    `stateDirectory=${stateDirectory}`,
    ...settings,
  ];
  const child = startChild(
    context,
    relative(repository, join(root, 'src/main.ts')),
    ['run', ...overrides.flatMap((setting) => ['--set', `Butler.${setting}`])],
    { cwd: temporaryFolder(context), environment },
  );
  const get = (path: string) => fetch(`http://127.0.0.1:${web}${path}`);
  await waitFor(
    'the page',
    async () => (await get('/api/status').catch(() => undefined))?.ok,
    60_000,
  );
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  return {
    child,
    ports: { web, mqtt: mqttPort, udp },
    get,
    send: (datagram) =>
      new Promise((resolve, reject) => {
        sender.send(datagram, udp, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      }),
    client: async (options = {}) => {
      const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
        reconnectPeriod: 0,
        ...options,
      });
      context.after(() => client.endAsync(true));
      await waitFor('connection to the broker', () => client.connected);
      return client;
    },
    stop: async () => {
      child.process.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.output());
    },
  };
}

/** What can be seen of it from outside, each a sorted list of texts. */
export interface Seen {
  readonly metrics: readonly string[];
  readonly status: readonly string[];
  readonly events: readonly string[];
  readonly retained: readonly string[];
  readonly published: readonly string[];
  readonly homeAssistant: readonly string[];
}

/** One event of each kind, and what is none. */
const datagrams = [
  '/qseow-proxy-session/;sense1;Start session;LAB;goran;AppAccess;/hub/;m',
  "/qseow-proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/app/0f8b3c1e-0000-4000-8000-123456789abc?;UserAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'",
  '/qseow-proxy-connection/;sense1;Close connection;LAB;goran;AppAccess;/hub/;m',
  '/qseow-proxy-session/;sense1;Stop session;LAB;goran;AppAccess;/hub/;m',
  '/qseow-proxy-session/;sense1;Start session;LAB;anna;AppAccess;/hub/;m',
  'no event',
];

/**
 * Sends it events, and looks at everything that it offers.
 * @param expected topics that should be retained: it waits for those, or a while where there are none
 */
export async function observe(program: Program, expected?: readonly string[]): Promise<Seen> {
  const client = await program.client();
  const messages: [topic: string, payload: string][] = [];
  client.on('message', (topic, payload) => messages.push([topic, payload.toString()]));
  await client.subscribeAsync('#');
  for (const datagram of datagrams) await program.send(datagram);
  await waitFor('the last user', () =>
    messages.some(([topic, payload]) => topic.endsWith('/usernames') && payload.includes('anna')),
  );
  const discovery = () => messages.find(([topic]) => /^homeassistant\/.*\/config$/.test(topic));
  await waitFor('the device of Home Assistant', discovery);
  await waitFor('the events at Slack', async () => {
    const status = (await (await program.get('/api/status')).json()) as {
      slack?: { delivered: number };
    };
    return (status.slack?.delivered ?? 0) >= 5;
  });

  const latecomer = await program.client();
  const retained = new Set<string>();
  latecomer.on('message', (topic, _, { retain }) => {
    if (retain) retained.add(alike(topic));
  });
  await latecomer.subscribeAsync('#');
  if (!expected) await pause(2000);
  // What has not come by then is missing from the result, which says more than an error here.
  else
    await waitFor('what is retained', () => expected.every((one) => retained.has(one))).catch(
      () => {},
    );

  const read = async (path: string): Promise<unknown> => (await program.get(path)).json();
  const payloads = messages.filter(([, payload]) => payload.startsWith('{'));
  return {
    metrics: metricsIn(await (await program.get('/metrics')).text()),
    status: leaves(await read('/api/status')),
    events: leaves(await read('/api/events')),
    retained: [...retained].sort(),
    published: [
      ...new Set([
        ...messages.map(([topic]) => alike(topic)),
        ...payloads
          .filter(([topic]) => !topic.startsWith('homeassistant/'))
          .flatMap(([topic, payload]) =>
            leaves(JSON.parse(payload)).map((leaf) => `${alike(topic)}: ${leaf}`),
          ),
      ]),
    ].sort(),
    homeAssistant: valuesIn(JSON.parse(discovery()?.[1] ?? '')).map((one) =>
      one.replace(/^(device\.configuration_url|device\.name|.*\.sw_version): .*/, '$1'),
    ),
  };
}

/** Without ids that every appliance has for itself. */
const alike = (text: string) =>
  text.replace(/blinky_[0-9a-f]{12}/g, 'blinky_ID').replace(/[0-9a-f]{12}/g, 'ID');

/** Labels whose values depend on the machine or the moment. */
const openLabels = new Set([
  'le',
  'quantile',
  'version',
  'nodejs',
  'node',
  'major',
  'minor',
  'patch',
]);

/** The names of the metrics with their types, and each with its labels. */
function metricsIn(text: string): string[] {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name) return [`${name} is a ${type}`];
    const [, sample, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (!sample) return [];
    const shown = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([whole, label = '']) =>
      openLabels.has(label) ? label : whole,
    );
    return [shown.length > 0 ? `${sample}{${shown.sort().join(',')}}` : sample];
  });
  return [...new Set(lines)].sort();
}

/** The places of all values in what JSON says, with their types: `parts.udp.state: string`. */
export function leaves(value: unknown, place = ''): string[] {
  const below = Array.isArray(value)
    ? value.flatMap((item) => leaves(item, `${place}[]`))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => leaves(one, place ? `${place}.${key}` : key))
      : undefined;
  if (below === undefined || below.length === 0) {
    const type = Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
    return [`${place}: ${type}`];
  }
  return [...new Set(below)].sort();
}

/** The same with the values themselves. */
export function valuesIn(value: unknown, place = ''): string[] {
  if (typeof value !== 'object' || value === null) {
    return [`${place}: ${alike(JSON.stringify(value))}`];
  }
  if (Object.keys(value).length === 0) return [`${place}: ${Array.isArray(value) ? '[]' : '{}'}`];
  return Object.entries(value)
    .flatMap(([key, one]) => valuesIn(one, place ? `${place}.${key}` : key))
    .sort();
}

/** What the command `config` prints and says. */
export async function printedConfig(
  context: TestContext,
  root: string,
  args: readonly string[],
): Promise<{ status: number | string; output: string }> {
  const file = relative(repository, join(root, 'src/main.ts'));
  const child = startChild(context, file, ['config', ...args], { cwd: temporaryFolder(context) });
  return { status: await child.ended, output: child.output() };
}

/** Keeps a recording, as Biome formats it. */
export function writeRecording(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
