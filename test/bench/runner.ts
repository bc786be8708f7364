import type { Experiment, Row, Scale } from './experiment.ts';
import { median } from './statistics.ts';
import type { TargetKind, TargetName, Workshop } from './targets/target.ts';

/** One line of the table, with what was found. */
export interface Result extends Row {
  readonly experiment: string;
  /** Every run's measurement, by target; the table shows their median. */
  readonly runs: Readonly<Partial<Record<TargetName, readonly number[]>>>;
}

/** Runs an experiment against each target in turn, so that what else the machine does hits all. */
export async function runExperiment(
  experiment: Experiment,
  kinds: readonly TargetKind[],
  workshop: Workshop,
  scale: Scale,
  onProgress: (text: string) => void,
): Promise<Result[]> {
  const rows = experiment.rows(scale);
  const found = new Map<string, Map<TargetName, number[]>>(rows.map(({ key }) => [key, new Map()]));
  const measured = kinds.filter(
    ({ name, missing }) => missing === undefined && experiment.targets.includes(name),
  );
  for (let run = 1; run <= scale.runs; run += 1) {
    for (const kind of measured) {
      onProgress(`${experiment.name}, run ${run} of ${scale.runs}, ${kind.title}`);
      const measurements = await experiment.run(kind, workshop, scale);
      for (const [key, value] of Object.entries(measurements)) {
        const byTarget = found.get(key);
        byTarget?.set(kind.name, [...(byTarget.get(kind.name) ?? []), value]);
      }
    }
  }
  return rows.map((row) => ({
    ...row,
    experiment: experiment.name,
    runs: Object.fromEntries(found.get(row.key) ?? []),
  }));
}

/** What the table shows for a target; undefined when it was not measured. */
export function medianOf(result: Result, target: TargetName): number | undefined {
  const runs = result.runs[target];
  return runs && median(runs);
}

/** The appliance's measurement divided by the peer's; undefined where one of them is missing. */
export function ratioOf(result: Result): number | undefined {
  const [ours, theirs] = [medianOf(result, 'appliance'), medianOf(result, 'peer')];
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}
