import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launcherOptions } from '../../support/launcher-options.ts';
import type { Experiment } from '../experiment.ts';
import { percentile } from '../statistics.ts';
import { applianceSettings, eventTopic } from '../targets/appliance.ts';
import { freeTcpPort, freeUdpPort } from '../targets/ports.ts';

const probe = fileURLToPath(new URL('../probes/appliance-with-timed-lamps.ts', import.meta.url));

const eventsPerSecond = 500;
/**
 * No light flashes more than three times a second. Each opens or closes a connection in turn, and
 * so lights its own lamp every 360 ms.
 */
const markEvery = 90;
const lampTestMs = 1500;

const row = (key: string, name: string) => ({
  key,
  title: `datagram → light driven, ${name}`,
  unit: 'µs',
  better: 'less' as const,
});

/** How long an event takes from its datagram to the lamp, in the whole appliance, under load. */
export const light: Experiment = {
  name: 'light',
  targets: ['appliance'],
  rows: () => [row('light.p50', 'p50'), row('light.p95', 'p95'), row('light.p99', 'p99')],
  run: async (_kind, workshop, { bytes, warmUpSeconds, lightSeconds }) => {
    const { programs, load } = workshop;
    const ports = { udp: await freeUdpPort(), mqtt: await freeTcpPort(), web: await freeTcpPort() };
    const settings = applianceSettings(ports, workshop);
    const options = [...launcherOptions(), '--import', 'tsx', probe];
    const program = programs.start(process.execPath, [...options, ...settings]);
    try {
      await program.printed(/ready; to send a test event/);
      const subscriber = load.connect({ port: ports.mqtt, clients: 1, topic: eventTopic });
      await subscriber.ready;
      await pause(lampTestMs);
      await program.ask('lit');
      // In one go: after a pause the lights would be out of step with the limit on flashes.
      const { marks } = await load.send({
        port: ports.udp,
        count: Math.round(eventsPerSecond * (warmUpSeconds + lightSeconds)),
        rate: eventsPerSecond,
        bytes,
        markEvery,
      });
      const lit: number[] = JSON.parse(await program.ask('lit'));
      await subscriber.stop();
      const marksWhileWarmingUp = Math.ceil((eventsPerSecond * warmUpSeconds) / markEvery);
      const took = marks.slice(marksWhileWarmingUp).map((sentNs) => {
        const at = lit.find((ns) => ns >= sentNs);
        return at === undefined ? Number.POSITIVE_INFINITY : (at - sentNs) / 1000;
      });
      return {
        'light.p50': percentile(took, 0.5),
        'light.p95': percentile(took, 0.95),
        'light.p99': percentile(took, 0.99),
      };
    } finally {
      await program.stop();
    }
  },
};
