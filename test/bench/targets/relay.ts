import { fileURLToPath } from 'node:url';
import { eventTopic } from './appliance.ts';
import { findMosquitto, mosquittoMissing, startMosquitto } from './mosquitto.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

const relay = fileURLToPath(new URL('../peers/relay.js', import.meta.url));

/** The least that users have today: a Node process that publishes the datagrams on a Mosquitto. */
export function relayAndMosquitto(workshop: Workshop): TargetKind {
  const { programs, load } = workshop;
  return {
    name: 'peer',
    title: 'Node relay + Mosquitto',
    ...(findMosquitto() === undefined && { missing: mosquittoMissing }),
    launch: async () => {
      const [port, mqttPort] = [await freeUdpPort(), await freeTcpPort()];
      const startedNs = Number(process.hrtime.bigint());
      const broker = startMosquitto(workshop, mqttPort);
      const program = programs.start(process.execPath, [relay, `${port}`, `${mqttPort}`]);
      return {
        datagrams: { port },
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
