import { readBoard } from '../../hardware/board.ts';
import { earliestTime } from '../platform/clock.ts';
import type { CheckInput } from './check.ts';
import { timeIsSet } from './clock-watch.ts';
import { type Finding, fault, ok, warn } from './finding.ts';

/** Checks whether the time can be right: Slack's certificate and the events' times need it. */
export async function* checkClock({ now }: CheckInput<unknown>): AsyncGenerator<Finding> {
  yield clockFinding(now(), !readBoard().isRaspberryPi || timeIsSet());
}

/** @param isSet whether the clock has been set since the machine was switched on, or keeps its time without power */
function clockFinding(now: Date, isSet: boolean): Finding {
  const time = now.toISOString();
  const remedy =
    'Let this machine reach a time server (see `timedatectl`), or set the time manually';
  if (now.getTime() < earliestTime) {
    return fault('Clock', `reads ${time}: the time was never set`, remedy);
  }
  if (isSet) return ok('Clock', time);
  return warn('Clock', `reads ${time}, but no time server has responded yet`, remedy);
}
