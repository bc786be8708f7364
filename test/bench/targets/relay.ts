import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventTopic } from './appliance.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

const relay = fileURLToPath(new URL('../peers/relay.js', import.meta.url));

/** Debian puts it where only root looks by default. */
const places = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

/** What users have today: a Node process that publishes the datagrams on a Mosquitto. */
export function relayAndMosquitto({ programs, load, temporaryFolder }: Workshop): TargetKind {
  const mosquitto = places.find((place) => !spawnSync(place, ['-h']).error);
  return {
    name: 'relay',
    title: 'Node relay + Mosquitto',
    ...(mosquitto === undefined && {
      missing: 'Mosquitto is not installed; on Debian: apt-get install -y mosquitto',
    }),
    launch: async () => {
      const [udpPort, mqttPort] = [await freeUdpPort(), await freeTcpPort()];
      const file = join(temporaryFolder(), 'mosquitto.conf');
      // Without set_tcp_nodelay Mosquitto holds small messages back for up to 20 ms.
      writeFileSync(
        file,
        [
          `listener ${mqttPort} 127.0.0.1`,
          'allow_anonymous true',
          'set_tcp_nodelay true',
          'persistence false',
          'log_dest none',
          '',
        ].join('\n'),
        { mode: 0o644 },
      );
      const startedNs = Number(process.hrtime.bigint());
      const broker = programs.start(mosquitto ?? 'mosquitto', ['-c', file]);
      const program = programs.start(process.execPath, [relay, `${udpPort}`, `${mqttPort}`]);
      return {
        udpPort,
        mqttPort,
        startedNs,
        pids: [broker.pid, program.pid],
        ready: program.printed(/^ready$/).then(() => {}),
        receivers: (count) => load.connect({ port: mqttPort, clients: count, topic: eventTopic }),
        stop: async () => {
          await program.stop();
          await broker.stop();
        },
      };
    },
  };
}
