import { compiledProgram } from '../compile.ts';
import { eventTopic } from './appliance.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

/** A program in C that does nothing but pass bytes on: the limit of the machine. */
export function bareRelay({ programs, load }: Workshop): TargetKind {
  return {
    name: 'bare',
    title: 'bare relay in C',
    ...(load.language !== 'C' && {
      missing:
        'it needs the load in C: without --node-load, and with a compiler (on Debian: apt-get install -y gcc libc6-dev)',
    }),
    launch: async () => {
      const [port, mqttPort] = [await freeUdpPort(), await freeTcpPort()];
      const startedNs = Number(process.hrtime.bigint());
      const program = programs.start(compiledProgram('bare-relay'), [
        `${port}`,
        `${mqttPort}`,
        eventTopic,
      ]);
      return {
        datagrams: { port },
        startedNs,
        pids: [program.pid],
        ready: program.printed(/^ready$/).then(() => {}),
        // It publishes to one client only.
        receivers: () => load.connect({ port: mqttPort, clients: 1, topic: eventTopic }),
        stop: () => program.stop(),
      };
    },
  };
}
