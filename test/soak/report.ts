import {
  afterWarmUp,
  bounds,
  type EventCounts,
  memorySlope,
  type Run,
  type Sample,
} from './verdict.ts';
import type { Visitors } from './visitors.ts';

const columns = [
  'minute',
  'MB',
  'files',
  'delay p50 ms',
  'p99 ms',
  'sent',
  'accepted',
  'MQTT',
  'Slack',
  'Slack is',
] as const;

/** The head of the table. */
export const header = columns.join('  ');

/** One line of the table: the samples of the minute that has passed, and the events so far. */
export function describeMinute(
  minute: number,
  samples: readonly Sample[],
  events: EventCounts,
  slackMood: string,
): string {
  const minuteSamples = samples.filter(({ atMs }) => atMs >= (minute - 1) * 60_000);
  const last = minuteSamples.at(-1);
  const cells = [
    minute,
    last?.memoryMb.toFixed(1) ?? '-',
    last?.openFiles ?? '-',
    median(minuteSamples.map(({ delayP50Ms }) => delayP50Ms)).toFixed(1),
    median(minuteSamples.map(({ delayP99Ms }) => delayP99Ms)).toFixed(1),
    events.sent,
    events.accepted,
    events.subscriber,
    events.slack,
    slackMood,
  ];
  return cells.map((cell, index) => String(cell).padStart(columns[index]?.length ?? 0)).join('  ');
}

export interface RunConditions {
  readonly subscriberRepeats: number;
  readonly slackRepeats: number;
  readonly slackFaults: number;
  readonly visitors: Pick<Visitors, 'mqttVisits' | 'pageLoads' | 'failures' | 'firstFailure'>;
}

/** What became of the events, and who was there. */
export function describeEvents(events: EventCounts, others: RunConditions): string {
  const { sent, accepted, subscriber, slack } = events;
  const { visitors } = others;
  const failures =
    visitors.failures > 0 ? `, ${visitors.failures} failed (${visitors.firstFailure})` : '';
  return [
    '',
    `events: ${sent} sent, ${accepted} accepted (${sent - accepted} lost by UDP)`,
    `MQTT:   ${subscriber} at the steady subscriber, ${accepted - subscriber} lost, ${others.subscriberRepeats} twice`,
    `Slack:  ${slack} delivered over ${others.slackFaults} faults, ${accepted - slack} lost, ${others.slackRepeats} twice`,
    `others: ${visitors.mqttVisits} MQTT clients came and went, ${visitors.pageLoads} pages were loaded${failures}`,
  ].join('\n');
}

/** What the program took. */
export function describeRun({ samples, openFiles, crowd }: Run): string {
  const judged = afterWarmUp(samples);
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const memory = judged.map(({ memoryMb }) => memoryMb);
  const minutes = ((judged.at(-1)?.atMs ?? 0) - (judged[0]?.atMs ?? 0)) / 60_000;
  return [
    `memory: median ${median(memory).toFixed(1)} MB, most ${most(memory).toFixed(1)} MB; slope of the peaks ${memorySlope(judged).toFixed(1)} MB/h over the last ${minutes.toFixed(1)} minutes (allowed: ${bounds.memoryMbPerHour})`,
    `files:  ${openFiles.before} open before, ${openFiles.after} after (allowed: ${bounds.moreOpenFiles} more)`,
    `crowd:  ${crowd.accepted} of ${crowd.clients} clients came back after a stop, ${crowd.sessions} found their session; the start took ${crowd.startMs.toFixed(0)} ms`,
    `delay of the event loop: p50 ${median(samples.map(({ delayP50Ms }) => delayP50Ms)).toFixed(1)} ms, p99 ${median(samples.map(({ delayP99Ms }) => delayP99Ms)).toFixed(1)} ms (worst sample ${most(samples.map(({ delayP99Ms }) => delayP99Ms)).toFixed(0)} ms)`,
  ].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
