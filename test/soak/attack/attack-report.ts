import { percentile } from '../../bench/statistics.ts';
import type { AttackRun } from './attack-verdict.ts';

const columns = [
  'minute',
  'sent',
  'peak MB',
  'light p50 ms',
  'p99 ms',
  'MQTT p50 ms',
  'p99 ms',
  'signed in',
] as const;

/** The head of the table. */
export const momentHeader = columns.join('  ');

export interface Moment {
  readonly sent: number;
  readonly peakMb: number;
  /** Of the minute that has passed, ms. */
  readonly lampDelays: readonly number[];
  readonly subscriberDelays: readonly number[];
  /** How many events the signed-in subscriber has. */
  readonly signedIn: number;
}

/** One line of the table. */
export function describeMoment(minute: number, moment: Moment): string {
  const cells = [
    minute,
    moment.sent,
    moment.peakMb.toFixed(0),
    ...percentiles(moment.lampDelays),
    ...percentiles(moment.subscriberDelays),
    moment.signedIn,
  ];
  return cells.map((cell, index) => String(cell).padStart(columns[index]?.length ?? 0)).join('  ');
}

/** What became of everything. */
export function describeAttackRun(run: AttackRun): string {
  const { life, counts, quiet, attacked, signedIn, bystanders } = run;
  const restart = run.restartMs === undefined ? 'no start' : `${run.restartMs.toFixed(0)} ms`;
  const refusal = signedIn.firstRefusal === '' ? '' : ` (${signedIn.firstRefusal})`;
  const delays = (name: string, before: readonly number[], during: readonly number[]) => {
    const [p50, p99] = percentiles(during);
    const [quietP50, quietP99] = percentiles(before);
    return `${name} p50 ${p50} ms, p99 ${p99} ms; before the attack ${quietP50} and ${quietP99} ms`;
  };
  return [
    '',
    `program:   ${life.died ? `died after ${life.events} events` : 'lived'}; memory at most ${life.peakMb.toFixed(0)} MB; ${(life.writtenBytes / Math.max(1, run.attackedEvents)).toFixed(0)} bytes written to disk for each event`,
    `start:     ${run.firstStartMs.toFixed(0)} ms with nothing on disk, ${restart} after the attack; the stop took ${run.stopMs.toFixed(0)} ms`,
    `events:    ${counts.sent} sent, ${counts.accepted} accepted; ${counts.signedIn} at the signed-in subscriber, ${counts.bystander} at an honest one, ${counts.slack} at Slack`,
    delays('light:    ', quiet.lamp, attacked.lamp),
    delays('MQTT:     ', quiet.subscriber, attacked.subscriber),
    `signed in: lost its session ${signedIn.sessionsLost} times, cut off ${signedIn.cutOffs} times, refused ${signedIn.refusals} times${refusal}`,
    `honest:    cut off ${bystanders.cutOffs} times, refused ${bystanders.refusals} times; the page did not answer ${run.metricsUnanswered} times`,
    ...Object.entries(run.reports).map(
      ([name, counts]) => `  ${name}: ${describeCounts(counts) || 'nothing'}`,
    ),
  ].join('\n');
}

const describeCounts = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

function percentiles(delays: readonly number[]): [p50: string, p99: string] {
  const known = delays.filter((ms) => ms !== undefined);
  return [percentile(known, 0.5).toFixed(1), percentile(known, 0.99).toFixed(1)];
}
