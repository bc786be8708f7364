import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckInput } from '../health/check.ts';
import { type Finding, fault, ok, warn } from '../health/finding.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { checkDatabaseInUse } from './check-database.ts';
import { readLosses } from './losses.ts';
import { databaseFolder } from './repair.ts';
import { copiesIn } from './set-aside.ts';
import { failuresAfter, readStartRecord } from './start-guard.ts';
import { stateDirectory } from './state.ts';
import { stateUnavailable } from './state-unavailable.ts';

/** Less than this may be too little for a full outbox, bytes. */
const wantedFreeBytes = 100 * 1024 * 1024;

/** Checks that the state can be written and is undamaged. */
export async function* checkState({
  config,
  environment,
}: CheckInput<{ readonly stateDirectory: string }>): AsyncGenerator<Finding> {
  const directory = stateDirectory(config.stateDirectory, environment['STATE_DIRECTORY']);
  yield* checkDirectory(directory);
  yield* checkStored(directory);
}

/** Checks that the state directory can be written and has room. */
function* checkDirectory(directory: string): Generator<Finding> {
  const name = 'State directory';
  const probe = join(directory, '.blinky-check');
  try {
    makeFolder(directory, 0o700);
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
  if (free >= wantedFreeBytes) yield ok(name, `${directory} is writable; ${megabytes} free`);
  else yield warn(name, `only ${megabytes} free in ${directory}`, 'Free space on that disk');
}

/**
 * Checks that the stored data is undamaged, and reports copies and failed starts. Only reads files:
 * the database may be in use.
 */
export async function* checkStored(directory: string): AsyncGenerator<Finding> {
  yield await checkFiles(directory);
  yield* checkCopies(directory);
  yield* checkStarts(directory);
}

async function checkFiles(directory: string): Promise<Finding> {
  const name = 'Database';
  const folder = join(directory, databaseFolder);
  if (!existsSync(folder)) return ok(name, 'none yet');
  try {
    const { files, problems } = await checkDatabaseInUse(folder);
    if (problems.length === 0)
      return ok(name, `${files} ${files === 1 ? 'file' : 'files'} checked`);
    const found = problems.map(({ file, what }) => `${file} ${what}`).join('; ');
    const remedy =
      'Restart Blinky: it keeps what can be read. If this happens again, replace the SD card';
    return fault(name, `damaged: ${found}`, remedy);
  } catch (error) {
    const { message, remedy } = stateUnavailable(error, directory);
    return fault(name, message, remedy);
  }
}

function* checkCopies(directory: string): Generator<Finding> {
  const losses = readLosses(directory);
  for (const copy of copiesIn(directory)) {
    const loss = losses.find((one) => one.copy === copy);
    const text = `${copy} was set aside${loss ? `: ${loss.message}` : ''}`;
    yield warn('Set aside', text, `Delete ${join(directory, copy)} if you don't need it`);
  }
}

function* checkStarts(directory: string): Generator<Finding> {
  const record = readStartRecord(directory);
  // A start that is in progress has not failed.
  const failures = record ? failuresAfter({ ...record, phase: 'cut-short' }, record.boot) : [];
  if (failures.length === 0) return;
  const text =
    failures.length === 1
      ? 'the last start failed'
      : `${failures.length} consecutive starts failed`;
  yield warn('Starts', text, 'Check the log for the reason: journalctl -u blinky -p err');
}
