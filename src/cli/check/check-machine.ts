import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fault, ok, warn } from '../../health/finding.ts';
import { earliestTime } from '../../platform/clock.ts';
import { stateUnavailable } from '../../storage/state-unavailable.ts';

/** Below this the outbox could not hold all it may, bytes. */
const wantedFreeBytes = 100 * 1024 * 1024;

/** Whether the state directory can be written, and has room. */
export function* checkState(directory: string): Generator<Finding> {
  const name = 'State directory';
  const probe = join(directory, '.blinky-check');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(probe, 'x'.repeat(4096));
    rmSync(probe);
  } catch (error) {
    const { message, remedy } = stateUnavailable(error, directory);
    yield fault(name, message, remedy);
    return;
  }
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const megabytes = `${Math.floor(free / 1024 / 1024)} MB`;
  if (free >= wantedFreeBytes) yield ok(name, `${directory} can be written; ${megabytes} are free`);
  else yield warn(name, `only ${megabytes} are free in ${directory}`, 'Make room on that disk');
}

/**
 * Whether the time of day can be right: Slack's certificate and the events' times need it.
 * @param isSet whether the clock has been set since the machine was switched on, or needs no setting
 */
export function checkClock(now: Date, isSet: boolean): Finding {
  const time = now.toISOString();
  const remedy = 'Let the machine reach a time server (`timedatectl`), or set the time by hand';
  if (now.getTime() < earliestTime) {
    return fault('Clock', `it says ${time}, so it was never set`, remedy);
  }
  if (isSet) return ok('Clock', time);
  return warn('Clock', `it says ${time}, but no time server has answered yet`, remedy);
}
