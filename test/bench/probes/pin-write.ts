// Datagram to pin write, without the kernel: the appliance's own ingest, fan-out and lights, and a
// lamp that notes when it is written. Time is moved by hand, so that every event lights the lamp.
// `pin-write EVENTS BYTES` prints {"firstUs":…,"p50Us":…,"p99Us":…}.
import { monotonicFactory } from 'ulid';
import type { Lamp } from '../../../hardware/lamp.ts';
import { FanOut } from '../../../src/fan-out/fan-out.ts';
import { Health } from '../../../src/health/health.ts';
import { Ingest } from '../../../src/ingest/ingest.ts';
import { Rejections } from '../../../src/ingest/rejections.ts';
import { LightsSink } from '../../../src/lights/lights-sink.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { percentile } from '../statistics.ts';

/** Longer than a blink and its pause, and than the pause that the flash limit asks for. */
const betweenEventsMs = 400;

const [events = 20_000, bytes = 150] = process.argv.slice(2).map(Number);
const clock = new ManualClock();
let litAt = 0n;
const lamp: Lamp = {
  set: (on) => {
    if (on) litAt = process.hrtime.bigint();
  },
  close: () => {},
};
const lights = new LightsSink({
  blink: { onMs: 250, offMs: 100, maxBacklogMs: 3000 },
  lightFor: {
    'session-start': 'none',
    'session-stop': 'none',
    'connection-open': 'green',
    'connection-close': 'red',
  },
  openLamps: async () => ({ lamps: { green: lamp, red: lamp }, description: 'probe' }),
  onChange: () => {},
  clock,
  log: silentLog,
  health: new Health(clock, silentLog).part('lights'),
  retry: new RetryPauses(1000, 60_000, Math.random),
});
const fail = (error: unknown): never => {
  throw error;
};
const delivery = new FanOut({
  first: lights,
  inboxes: [],
  onFailure: fail,
  accepted: () => [],
  onUdpEvent: () => {},
  clock,
});
const newId = monotonicFactory(Math.random);
const ingest = new Ingest({
  allowFrom: [],
  probe: Buffer.from('no event is this'),
  excludeUser: [],
  rejections: new Rejections(clock, silentLog),
  clock,
  timeIsKnown: () => true,
  createId: (timeMs) => newId(timeMs),
  deliver: (event, readAtMs) => delivery.deliverFromUdp(event, readAtMs),
});

await lights.start();
clock.advance(5000);
const took: number[] = [];
for (let number = 0; number < events; number += 1) {
  const command = number % 2 ? 'Close' : 'Open';
  const user = `user${String(number % 20).padStart(2, '0')}`;
  const head = `/proxy-connection/;sense1;${command} connection;LAB;${user};AppAccess;/hub/;UserAgent: '`;
  const datagram = Buffer.from(`${head.padEnd(bytes - 1, 'Mozilla/5.0 ')}'`);
  const receivedAt = process.hrtime.bigint();
  ingest.receive(datagram, '127.0.0.1', 50_000);
  if (litAt < receivedAt) throw new Error(`event ${number} lit no lamp`);
  took.push(Number(litAt - receivedAt) / 1000);
  clock.advance(betweenEventsMs);
}
const [firstUs] = took;
const later = took.slice(Math.floor(events / 2));
console.log(
  JSON.stringify({ firstUs, p50Us: percentile(later, 0.5), p99Us: percentile(later, 0.99) }),
);
