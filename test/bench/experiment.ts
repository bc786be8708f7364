import type { TargetKind, TargetName, Workshop } from './targets/target.ts';

/** How much is measured; the full run takes half an hour, the quick one less than a minute. */
export interface Scale {
  /** How often each target is measured, in turn; the median counts. */
  readonly runs: number;
  /** Length of a datagram. */
  readonly bytes: number;
  /**
   * Events for so long before anything counts: the program runs for years, and what the compiler
   * still has to do at the start is not its pace.
   */
  readonly warmUpSeconds: number;
  readonly latencySeconds: number;
  readonly lightSeconds: number;
  readonly pinWrites: number;
  /** How long each rate is held, s. */
  readonly rateSeconds: number;
  /** How close the search for the highest rate gets: 1.05 is 5 %. */
  readonly ratePrecision: number;
  readonly bursts: readonly number[];
  /** Until what a start leaves behind is done: V8 tidies up once, some eight seconds later. */
  readonly calmSeconds: number;
  readonly idleSeconds: number;
  readonly loadSeconds: number;
  readonly deliverySubscribers: readonly number[];
  readonly deliverySeconds: number;
  readonly idleClients: number;
}

export const fullScale: Scale = {
  runs: 3,
  bytes: 150,
  warmUpSeconds: 15,
  latencySeconds: 10,
  lightSeconds: 20,
  pinWrites: 20_000,
  rateSeconds: 2,
  ratePrecision: 1.06,
  bursts: [1000, 5000, 10_000, 50_000],
  calmSeconds: 12,
  idleSeconds: 10,
  loadSeconds: 10,
  deliverySubscribers: [1, 20, 200],
  deliverySeconds: 3,
  idleClients: 1000,
};

export const quickScale: Scale = {
  runs: 1,
  bytes: 150,
  warmUpSeconds: 1,
  latencySeconds: 1,
  lightSeconds: 2,
  pinWrites: 2000,
  rateSeconds: 0.3,
  ratePrecision: 2,
  bursts: [1000, 10_000],
  calmSeconds: 1,
  idleSeconds: 1,
  loadSeconds: 1,
  deliverySubscribers: [1, 20],
  deliverySeconds: 0.3,
  idleClients: 200,
};

/** One line of the table. */
export interface Row {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Which is better. */
  readonly better: 'less' | 'more';
}

/** What one run of an experiment found, by the keys of its rows. */
export type Measurements = Readonly<Record<string, number>>;

/** Something to measure: one run against one target gives the measurements of all its rows. */
export interface Experiment {
  readonly name: string;
  readonly targets: readonly TargetName[];
  rows(scale: Scale): readonly Row[];
  run(kind: TargetKind, workshop: Workshop, scale: Scale): Promise<Measurements>;
}
