import { fileURLToPath } from 'node:url';
import type { Experiment } from '../experiment.ts';

const probe = fileURLToPath(new URL('../probes/pin-write.ts', import.meta.url));

const row = (key: string, name: string) => ({
  key,
  title: `datagram read → pin write, ${name}`,
  unit: 'µs',
  better: 'less' as const,
});

/** What our own code adds between a datagram and the pin, without kernel and event loop. */
export const pinWrite: Experiment = {
  name: 'pin-write',
  targets: ['appliance'],
  rows: () => [row('pin.first', 'the first'), row('pin.p50', 'p50'), row('pin.p99', 'p99')],
  run: async (_kind, { programs }, { pinWrites, bytes }) => {
    const program = programs.start(process.execPath, [
      '--import',
      'tsx',
      probe,
      String(pinWrites),
      String(bytes),
    ]);
    const { firstUs, p50Us, p99Us } = JSON.parse(await program.printed(/^\{/));
    return { 'pin.first': firstUs, 'pin.p50': p50Us, 'pin.p99': p99Us };
  },
};
