import { readBoard } from '../../hardware/board.ts';
import { earliestTime } from '../platform/clock.ts';
import type { CheckInput } from './check.ts';
import { timeIsSet } from './clock-watch.ts';
import { type Finding, fault, ok, warn } from './finding.ts';

/** Whether the time of day can be right: Slack's certificate and the events' times need it. */
export async function* checkClock({ now }: CheckInput<unknown>): AsyncGenerator<Finding> {
  yield clockFinding(now(), !readBoard().isRaspberryPi || timeIsSet());
}

/** @param isSet whether the clock has been set since the machine was switched on, or needs no setting */
function clockFinding(now: Date, isSet: boolean): Finding {
  const time = now.toISOString();
  const remedy = 'Let the machine reach a time server (`timedatectl`), or set the time by hand';
  if (now.getTime() < earliestTime) {
    return fault('Clock', `it says ${time}, so it was never set`, remedy);
  }
  if (isSet) return ok('Clock', time);
  return warn('Clock', `it says ${time}, but no time server has answered yet`, remedy);
}
