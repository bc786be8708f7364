import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program, Programs } from '../bench/programs.ts';
import { freeTcpPort, freeUdpPort } from '../bench/targets/ports.ts';
import type { SlackChannel } from './slack-channel.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How long an answer of the page may take, ms. */
const answerWithinMs = 10_000;

export interface Ports {
  readonly udp: number;
  readonly mqtt: number;
  readonly web: number;
}

/** The appliance in a process of its own, as a user has it, but on loopback. */
export interface RunningAppliance {
  readonly ports: Ports;
  readonly program: Program;
  /** What it says of itself, by the names in `/metrics`; labelled ones with their labels. */
  metrics(): Promise<ReadonlyMap<string, number>>;
}

export interface StartOptions {
  /** Where it listens; free ports by default. */
  readonly ports?: Ports;
  /** Beside those that it needs here. */
  readonly settings?: readonly string[];
  /** More of the command line. */
  readonly options?: readonly string[];
  readonly onLine?: (line: string) => void;
}

/** Starts it, and resolves when it is ready. */
export async function startAppliance(
  programs: Programs,
  command: readonly string[],
  folder: string,
  slack: SlackChannel,
  { ports: givenPorts, settings: moreSettings = [], options = [], onLine }: StartOptions = {},
): Promise<RunningAppliance> {
  const ports = givenPorts ?? (await freePorts());
  const tokenFile = join(folder, 'slack-token');
  writeFileSync(tokenFile, slack.token, { mode: 0o600 });
  const settings = [
    'udpServerConfig.serverHost=127.0.0.1',
    `udpServerConfig.portSessionConnectionEvents=${ports.udp}`,
    'brokerConfig.host=127.0.0.1',
    `brokerConfig.port=${ports.mqtt}`,
    'webConfig.host=127.0.0.1',
    `webConfig.port=${ports.web}`,
    'lightConfig.driver=simulated',
    'slackConfig.enable=true',
    `slackConfig.apiUrl=${slack.apiUrl}`,
    `slackConfig.tokenFile=${tokenFile}`,
    `stateDirectory=${join(folder, 'state')}`,
    ...moreSettings,
  ];
  const [executable = process.execPath, ...args] = command;
  const program = programs.start(
    executable,
    [...args, ...options, ...settings.flatMap((setting) => ['--set', `Butler.${setting}`])],
    { cwd: root, onLine },
  );
  await program.printed(/ready; to send a test event/);
  return {
    ports,
    program,
    metrics: async () => {
      const response = await fetch(`http://127.0.0.1:${ports.web}/metrics`, {
        signal: AbortSignal.timeout(answerWithinMs),
      });
      return parseMetrics(await response.text());
    },
  };
}

async function freePorts(): Promise<Ports> {
  return { udp: await freeUdpPort(), mqtt: await freeTcpPort(), web: await freeTcpPort() };
}

/** Reads Prometheus's text format: `name{labels} value` on each line that is no comment. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)].map(([, name = '', value]) => [
      name,
      Number(value),
    ]),
  );
}

/** How many events were accepted. */
export const acceptedBy = (metrics: ReadonlyMap<string, number>): number =>
  [...metrics]
    .filter(([name]) => name.startsWith('blinky_events_total'))
    .reduce((sum, [, value]) => sum + value, 0);
