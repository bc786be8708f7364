import type { Experiment } from '../experiment.ts';
import { bursts } from './bursts.ts';
import { deliveries } from './deliveries.ts';
import { footprint } from './footprint.ts';
import { idleClients } from './idle-clients.ts';
import { latency } from './latency.ts';
import { light } from './light.ts';
import { pinWrite } from './pin-write.ts';
import { rate } from './rate.ts';
import { start } from './start.ts';

/** Every experiment, in the order of the table. */
export const experiments: readonly Experiment[] = [
  latency,
  light,
  pinWrite,
  rate(1),
  rate(20),
  bursts,
  footprint,
  start,
  deliveries,
  idleClients,
];
