import { percentile } from '../../bench/statistics.ts';
import type { Reports } from './strangers.ts';

/** The program from its start until it was stopped, or died. */
export interface Life {
  readonly died: boolean;
  readonly lastWords: string;
  /** That were sent to it. */
  readonly events: number;
  readonly peakMb: number;
  /** To disk, while under attack. */
  readonly writtenBytes: number;
}

/** From datagram to where it arrives, ms; Infinity for what did not. */
export interface Delays {
  readonly lamp: readonly number[];
  readonly subscriber: readonly number[];
}

export interface AttackRun {
  readonly life: Life;
  /** With nothing on disk. */
  readonly firstStartMs: number;
  readonly stopMs: number;
  /** After the attack; undefined when it did not start. */
  readonly restartMs: number | undefined;
  readonly counts: {
    readonly sent: number;
    readonly accepted: number;
    /** At the subscriber that has signed in. */
    readonly signedIn: number;
    /** At an honest one that has not. */
    readonly bystander: number;
    readonly slack: number;
  };
  /** Before the attack, and during it. */
  readonly quiet: Delays;
  readonly attacked: Delays;
  readonly attackedEvents: number;
  readonly signedIn: {
    readonly sessionsLost: number;
    readonly cutOffs: number;
    readonly refusals: number;
    readonly firstRefusal: string;
  };
  readonly bystanders: { readonly cutOffs: number; readonly refusals: number };
  /** How often the page did not answer. */
  readonly metricsUnanswered: number;
  readonly reports: Reports;
}

/** What is promised. */
export const promised = {
  lampP99Ms: 20,
  peakMb: 200,
  restartMs: 1000,
  /** A machine that takes longer to start with nothing on disk is slow or busy. */
  restartOfFirst: 2,
} as const;

/** What was wrong, one line for each; empty when nothing was. */
export function attackProblems(run: AttackRun): string[] {
  const problems: string[] = [];
  const { life, counts, attacked, restartMs, firstStartMs, signedIn, bystanders } = run;
  if (life.died) problems.push(`it died after ${life.events} events`);
  const unlit = attacked.lamp.filter((ms) => ms === Number.POSITIVE_INFINITY).length;
  if (unlit > 0) problems.push(`${unlit} events of ${attacked.lamp.length} lit no lamp`);
  const lost = (name: string, arrived: number) => {
    if (arrived < counts.accepted) {
      problems.push(`${counts.accepted - arrived} events never got to ${name}`);
    }
  };
  if (counts.accepted < counts.sent) {
    problems.push(`${counts.sent - counts.accepted} events were not accepted`);
  }
  lost('the signed-in subscriber', counts.signedIn);
  lost('Slack', counts.slack);
  if (signedIn.sessionsLost > 0) {
    problems.push(`the signed-in subscriber lost its session ${signedIn.sessionsLost} times`);
  }
  if (signedIn.cutOffs > 0) {
    problems.push(`the signed-in subscriber was cut off ${signedIn.cutOffs} times`);
  }
  if (signedIn.refusals > 0) {
    problems.push(
      `the signed-in subscriber was refused ${signedIn.refusals} times (${signedIn.firstRefusal})`,
    );
  }
  if (bystanders.cutOffs > 0) {
    problems.push(`honest clients were cut off ${bystanders.cutOffs} times`);
  }
  const p99 = percentile(attacked.lamp, 0.99);
  if (!(p99 < promised.lampP99Ms)) {
    problems.push(`light p99 is ${p99.toFixed(1)} ms (allowed: ${promised.lampP99Ms})`);
  }
  if (life.peakMb > promised.peakMb) {
    problems.push(`memory was ${life.peakMb.toFixed(0)} MB (allowed: ${promised.peakMb})`);
  }
  if (restartMs === undefined) problems.push('it did not start again');
  else if (restartMs > Math.max(promised.restartMs, promised.restartOfFirst * firstStartMs)) {
    problems.push(
      `it took ${restartMs.toFixed(0)} ms to start again (allowed: ${promised.restartMs})`,
    );
  }
  return problems;
}
