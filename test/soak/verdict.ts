import type { CrowdRun } from './honest-crowd.ts';

/** How the appliance did at one moment of the run. */
export interface Sample {
  /** Since the load began, ms. */
  readonly atMs: number;
  readonly memoryMb: number;
  readonly openFiles: number;
  /** Of the event loop since the sample before, ms. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
}

/** How many events got how far. */
export interface EventCounts {
  readonly sent: number;
  readonly accepted: number;
  /** At the steady subscriber. */
  readonly subscriber: number;
  readonly slack: number;
}

/** A shorter run says nothing of memory that grows. */
const shortestJudgedMs = 30 * 60_000;
/** Memory falls when Node tidies up, every few minutes; between, it only seems to grow. */
const peaks = 6;
/** The part of a run in which the program still finds its size. */
const warmUpPart = 1 / 3;

/** What is allowed. */
export const bounds = {
  /** After the warm-up, as a straight line through the peaks sees it. */
  memoryMbPerHour: 24,
  /** When everybody has gone, beyond those open before anybody came; the database takes some. */
  moreOpenFiles: 16,
} as const;

/** The samples after the warm-up. */
export function afterWarmUp(samples: readonly Sample[]): readonly Sample[] {
  const end = samples.at(-1)?.atMs ?? 0;
  return samples.filter(({ atMs }) => atMs >= end * warmUpPart);
}

/** Slope of the straight line through the peaks of memory (least squares), MB an hour. */
export function memorySlope(all: readonly Sample[]): number {
  const samples = peaksOf(all);
  const meanAt = mean(samples.map(({ atMs }) => atMs));
  const meanMb = mean(samples.map(({ memoryMb }) => memoryMb));
  let above = 0;
  let below = 0;
  for (const { atMs, memoryMb } of samples) {
    above += (atMs - meanAt) * (memoryMb - meanMb);
    below += (atMs - meanAt) ** 2;
  }
  return below === 0 ? 0 : (above / below) * 3_600_000;
}

/** The sample with the most memory in each of so many parts of the run. */
function peaksOf(samples: readonly Sample[]): readonly Sample[] {
  const length = Math.ceil(samples.length / peaks);
  return Array.from({ length: peaks }, (_, part) =>
    samples
      .slice(part * length, (part + 1) * length)
      .reduce<Sample | undefined>(
        (most, sample) => (most && most.memoryMb >= sample.memoryMb ? most : sample),
        undefined,
      ),
  ).filter((sample) => sample !== undefined);
}

export interface Run {
  readonly samples: readonly Sample[];
  readonly events: EventCounts;
  /** Before anybody came, and when everybody had gone. */
  readonly openFiles: { readonly before: number; readonly after: number };
  readonly crowd: CrowdRun;
}

/** What was wrong, one line for each; empty when nothing was. */
export function problemsOf({ samples, events, openFiles, crowd }: Run): string[] {
  const problems: string[] = [];
  const { accepted, subscriber, slack } = events;
  if (accepted === 0) problems.push('no event was accepted');
  if (subscriber < accepted) problems.push(`${accepted - subscriber} events never got to MQTT`);
  if (slack < accepted) problems.push(`${accepted - slack} events never got to Slack`);
  const more = openFiles.after - openFiles.before;
  if (more > bounds.moreOpenFiles) {
    problems.push(`${more} files more are open than before (allowed: ${bounds.moreOpenFiles})`);
  }
  if (crowd.accepted < crowd.clients) {
    problems.push(`${crowd.clients - crowd.accepted} clients of a crowd were not let in`);
  }
  if (crowd.sessions < crowd.accepted) {
    problems.push(`${crowd.accepted - crowd.sessions} clients of a crowd lost their session`);
  }
  const slope = memorySlope(afterWarmUp(samples));
  const isLong = (samples.at(-1)?.atMs ?? 0) >= shortestJudgedMs;
  if (isLong && slope > bounds.memoryMbPerHour) {
    problems.push(
      `memory grows by ${slope.toFixed(1)} MB an hour (allowed: ${bounds.memoryMbPerHour})`,
    );
  }
  return problems;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
