import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launcherEnvironment, launcherOptions } from '../../support/launcher-options.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The topic that carries each event as JSON, here as with Butler SOS. */
export const eventTopic = 'qliksense/userevent';

/** How a user runs the appliance in a checkout (`npm start` does this). */
const checkoutCommand: readonly string[] = [process.execPath, 'scripts/blinky.js', 'run'];

/** What starts the appliance: the checkout, or the program built as the Debian package ships it. */
export function applianceCommand(packaged: boolean): readonly string[] {
  if (!packaged) return checkoutCommand;
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const out = 'build/program';
  execFileSync('npx', ['tsx', 'scripts/build-program.ts', '--arch', arch, '--out', out], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return programCommand(out);
}

/** What starts the program that was built into a folder, as the package's launcher does. */
export function programCommand(folder: string): readonly string[] {
  const node = ['env', ...launcherEnvironment(), process.execPath];
  return [...node, ...launcherOptions(), join(folder, 'main.js'), 'run'];
}

/** Where the appliance listens here. */
export interface AppliancePorts {
  readonly udp: number;
  readonly mqtt: number;
  readonly web: number;
}

/** What the appliance is told here: as a user has it who uses all of it, open for the load. */
export function applianceSettings(
  ports: AppliancePorts,
  { slack, temporaryFolder }: Workshop,
): string[] {
  const tokenFile = join(temporaryFolder(), 'slack-token');
  writeFileSync(tokenFile, slack.token, { mode: 0o600 });
  return [
    `udpServerConfig.portSessionConnectionEvents=${ports.udp}`,
    `brokerConfig.port=${ports.mqtt}`,
    `webConfig.port=${ports.web}`,
    `stateDirectory=${temporaryFolder()}`,
    'slackConfig.enable=true',
    `slackConfig.apiUrl=${slack.apiUrl}`,
    `slackConfig.tokenFile=${tokenFile}`,
    'lightConfig.driver=simulated',
    'brokerConfig.access.anonymous=publish',
    'brokerConfig.limits.clients=10000',
    'brokerConfig.limits.connectionsPerSecond=100000',
    'brokerConfig.limits.messagesPerSecond=1000000',
  ];
}

/** The appliance, started by `command`. */
export function appliance(workshop: Workshop, command: readonly string[]): TargetKind {
  const { programs, load } = workshop;
  return {
    name: 'appliance',
    title: 'Blinky Light',
    launch: async () => {
      const ports = {
        udp: await freeUdpPort(),
        mqtt: await freeTcpPort(),
        web: await freeTcpPort(),
      };
      const [executable = process.execPath, ...args] = command;
      const settings = applianceSettings(ports, workshop);
      const startedNs = Number(process.hrtime.bigint());
      const program = programs.start(
        executable,
        [...args, ...settings.flatMap((setting) => ['--set', `Butler.${setting}`])],
        { cwd: root },
      );
      return {
        datagrams: { port: ports.udp },
        mqttPort: ports.mqtt,
        startedNs,
        pids: [program.pid],
        ready: program.printed(/ready; to send a test event/).then(() => {}),
        receivers: (count) => load.connect({ port: ports.mqtt, clients: count, topic: eventTopic }),
        stop: () => program.stop(),
      };
    },
  };
}
