import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { findMosquitto, mosquittoMissing, startMosquitto } from './mosquitto.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

/**
 * Butler itself, with a Mosquitto: what this program takes the place of. `checkout` is a checkout of
 * Butler 6.0 whose packages are installed.
 */
export function butlerAndMosquitto(workshop: Workshop, checkout: string): TargetKind {
  const { programs, load, temporaryFolder } = workshop;
  const source = resolve(checkout, 'src');
  return {
    name: 'peer',
    title: 'Butler + Mosquitto',
    ...(findMosquitto() === undefined && { missing: mosquittoMissing }),
    ...(!existsSync(join(source, 'node_modules')) && {
      missing: `${source} has no packages; npm ci --ignore-scripts there installs them`,
    }),
    launch: async () => {
      // Butler starts a second UDP server, for reloads that failed.
      const [port, reloadPort] = [await freeUdpPort(), await freeUdpPort()];
      const mqttPort = await freeTcpPort();
      const folder = temporaryFolder();
      writeFileSync(
        join(folder, 'production.yaml'),
        settings(readFileSync(join(source, 'config/production_template.yaml'), 'utf8'), {
          ...certificates(folder),
          udpServerConfig: {
            enable: true,
            serverHost: '127.0.0.1',
            portSessionConnectionEvents: port,
            portTaskFailure: reloadPort,
          },
          mqttConfig: { enable: true, brokerHost: '127.0.0.1', brokerPort: mqttPort },
          // Asked for, and missing in the example.
          configQRS: { rejectUnauthorized: false },
          anonTelemetry: false,
        }),
      );
      const startedNs = Number(process.hrtime.bigint());
      const broker = startMosquitto(workshop, mqttPort);
      const program = programs.start(process.execPath, ['butler.js'], {
        cwd: source,
        env: { ...process.env, NODE_ENV: 'production', NODE_CONFIG_DIR: folder },
      });
      return {
        datagrams: { port, stampedField: 'directory' },
        mqttPort,
        startedNs,
        pids: [broker.pid, program.pid],
        // By then it has reached its broker, or keeps what it publishes until it does.
        ready: program.printed(/SESSIONS: UDP server listening/).then(() => {}),
        // One message for an event, on one of qliksense/session/start and its three siblings.
        receivers: (count) =>
          load.connect({ port: mqttPort, clients: count, topic: 'qliksense/+/+' }),
        stop: async () => {
          await program.stop();
          await broker.stop();
        },
      };
    },
  };
}

type Section = Readonly<Record<string, string | number | boolean>>;

/** Butler's own example of its settings, with some of them changed. */
function settings(example: string, changes: Readonly<Record<string, Section | boolean>>): string {
  const document = parseDocument(example);
  for (const [name, change] of Object.entries(changes)) {
    if (typeof change === 'boolean') document.setIn(['Butler', name], change);
    else
      for (const [key, value] of Object.entries(change))
        document.setIn(['Butler', name, key], value);
  }
  return document.toString();
}

/** Files where Butler reads certificates at its start; it uses none of them for events. */
function certificates(folder: string): Record<'cert', Section> {
  const file = join(folder, 'certificate.pem');
  writeFileSync(file, '');
  return { cert: { clientCert: file, clientCertKey: file, clientCertCA: file } };
}
