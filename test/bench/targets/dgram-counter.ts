import { fileURLToPath } from 'node:url';
import { receivers } from '../load/load.ts';
import { freeUdpPort } from './ports.ts';
import type { TargetKind, Workshop } from './target.ts';

const counter = fileURLToPath(new URL('../peers/dgram-counter.js', import.meta.url));

/** A Node process that only counts the datagrams: the limit of the platform. */
export function dgramCounter({ programs }: Workshop): TargetKind {
  return {
    name: 'counter',
    title: 'dgram alone',
    launch: async () => {
      const udpPort = await freeUdpPort();
      const startedNs = Number(process.hrtime.bigint());
      const program = programs.start(process.execPath, [counter, String(udpPort)]);
      const ready = program.printed(/^ready$/).then(() => {});
      return {
        datagrams: { port: udpPort },
        startedNs,
        pids: [program.pid],
        ready,
        // It is its own receiver, and ends with the target.
        receivers: () => ({ ...receivers(program), ready, stop: async () => {} }),
        stop: () => program.stop(),
      };
    },
  };
}
