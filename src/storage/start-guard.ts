import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';

/** A crash within this time of the start makes it a failed start, ms. */
const startMs = 2 * 60_000;
/** After so many failed starts in a row something is set aside. */
const patience = 3;
/** How often the memory is looked at while the program starts, ms. */
const lookMs = 250;
/** Memory in use, of what there may be: nearly all, and no longer nearly all. */
const nearlyAll = 0.9;
const enoughLeft = 0.75;

const fileName = 'starts.json';

/** What may be set aside: the whole database, or one namespace in it. */
export type Suspect = 'database' | (string & {});

/** One run of the program, as far as it has come, and the failed starts before it. */
export interface StartRecord {
  /** Linux's id of the time since the machine was switched on. */
  readonly boot: string;
  /** `opening` the database, `loading` a part, `running`, `stable` after two minutes. */
  readonly phase: 'opening' | 'loading' | 'running' | 'stable' | 'stopped' | 'cut-short';
  /** The part that is loading. */
  readonly part?: string;
  /** Why the start counts as failed if the process ends now. */
  readonly mark?: 'crash' | 'memory';
  /** For each failed start in a row the part that was loading, or `` where none was. */
  readonly failures: readonly string[];
  /** What was set aside since the first of them. */
  readonly setAside: readonly Suspect[];
  /** After an orderly stop: the sizes of the database's logs. */
  readonly logs?: Readonly<Record<string, number>>;
}

export interface StartGuardOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** How much of the memory that there may be is in use, 0 to 1. */
  readonly memoryInUse: () => number;
  readonly bootId?: () => string;
  /** The namespace that each part loads, by the name with which it is loading. */
  readonly namespaceOf: (part: string) => string | undefined;
}

/**
 * Keeps the program from failing at every start because of what it has stored. It notes in a small
 * file how far a start has come; after three failed starts in a row it says what to set aside.
 *
 * A start has failed when the process ended while its parts were loading, or by a bug within two
 * minutes, or with nearly all memory in use. That the process is killed later, the machine is
 * switched off, or a person stops it, says nothing about what is stored.
 *
 * The file is written without `fsync`: it need not survive a power cut, which is no failed start.
 */
export class StartGuard {
  readonly #options: StartGuardOptions;
  readonly #boot: string;
  #record: StartRecord;
  #startedMs = 0;
  #begun = false;
  #previous: StartRecord | undefined;
  readonly #timers: (() => void)[] = [];
  #cancelLook: (() => void) | undefined;

  constructor(options: StartGuardOptions) {
    this.#options = options;
    this.#boot = (options.bootId ?? bootId)();
    this.#record = { boot: this.#boot, phase: 'opening', failures: [], setAside: [] };
  }

  /** Whether the run before was stopped in order. */
  get stoppedInOrder(): boolean {
    return this.#previous?.phase === 'stopped';
  }

  /** How large the logs were when the run before was stopped in order. */
  get expectedLogs(): Readonly<Record<string, number>> {
    return this.#previous?.logs ?? {};
  }

  /**
   * Begins a start, before the database is opened.
   * @returns what to set aside, if so
   */
  begin(): Suspect | undefined {
    this.#begun = true;
    this.#startedMs = this.#options.clock.monotonicMs();
    this.#previous = readStartRecord(this.#options.directory);
    const failures = this.#previous ? failuresAfter(this.#previous, this.#boot) : [];
    const setAside = failures.length > 0 ? (this.#previous?.setAside ?? []) : [];
    const suspect =
      failures.length >= patience
        ? nextSuspect(failures.slice(-patience), setAside, this.#options.namespaceOf)
        : undefined;
    this.#write({
      boot: this.#boot,
      phase: 'opening',
      failures,
      setAside: suspect === undefined ? setAside : [...setAside, suspect],
    });
    this.#look();
    this.#timers.push(this.#options.clock.schedule(startMs, () => this.#survived()));
    return suspect;
  }

  /** How many starts have failed in a row before this one. */
  get failures(): number {
    return this.#record.failures.length;
  }

  /** The database is open, and nothing is loading yet. */
  opened(): void {
    if (this.#record.phase === 'opening') this.loaded();
  }

  /** `part` begins to load what it has stored. */
  loading(part: string): void {
    if (this.#isOver()) return;
    this.#write({ ...this.#record, phase: 'loading', part });
  }

  /** Every part has loaded. */
  loaded(): void {
    if (this.#isOver()) return;
    const { part: _, ...record } = this.#record;
    this.#write({ ...record, phase: 'running' });
  }

  /** A bug is about to end the process. */
  crashed(): void {
    if (this.#isOver() || this.#options.clock.monotonicMs() - this.#startedMs > startMs) return;
    this.#write({ ...this.#record, mark: 'crash' });
  }

  /** The program was told to stop. */
  stopping(): void {
    if (!this.#begun || ['stopped', 'cut-short'].includes(this.#record.phase)) return;
    for (const cancel of this.#timers) cancel();
    this.#cancelLook?.();
    const { mark: _, ...record } = this.#record;
    const loaded = record.phase === 'running' || record.phase === 'stable';
    this.#write({ ...record, phase: loaded ? 'stopped' : 'cut-short' });
  }

  /** The database is closed. */
  stopped(logs: Readonly<Record<string, number>>): void {
    if (this.#record.phase === 'stopped') this.#write({ ...this.#record, logs });
  }

  #isOver(): boolean {
    return ['stable', 'stopped', 'cut-short'].includes(this.#record.phase);
  }

  #survived(): void {
    this.#cancelLook?.();
    if (this.#record.phase !== 'running') return;
    this.#write({ boot: this.#boot, phase: 'stable', failures: [], setAside: [] });
  }

  #look(): void {
    const inUse = this.#options.memoryInUse();
    const { mark, ...record } = this.#record;
    if (inUse > nearlyAll && mark === undefined) this.#write({ ...record, mark: 'memory' });
    if (inUse < enoughLeft && mark === 'memory') this.#write(record);
    this.#cancelLook = this.#options.clock.schedule(lookMs, () => this.#look());
  }

  #write(record: StartRecord): void {
    this.#record = record;
    const file = join(this.#options.directory, fileName);
    try {
      writeFileSync(`${file}.part`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${file}.part`, file);
    } catch {
      // Where nothing can be written, nothing can be set aside either; the state says why.
    }
  }
}

/** What the file in the state directory says; undefined without one that can be read. */
export function readStartRecord(directory: string): StartRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(join(directory, fileName), 'utf8'));
    return isStartRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isStartRecord(value: unknown): value is StartRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { boot, phase, failures, setAside } = value as Partial<Record<string, unknown>>;
  const areTexts = (list: unknown) =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  return (
    typeof boot === 'string' &&
    typeof phase === 'string' &&
    areTexts(failures) &&
    areTexts(setAside)
  );
}

/** Behind the name of a part: the process said itself why it ended, so nobody killed it. */
const marked = '!';

/**
 * The page's start takes most of a second, nearly all of it for loading the program. A process that
 * was killed then says nothing about what is stored.
 */
const slowPart = 'web';

/**
 * The failed starts in a row, the run that this record is of included. A process that somebody kills
 * looks like one that failed at what it was loading; so such ends count only if they come at the
 * same part each time.
 */
export function failuresAfter(record: StartRecord, boot: string): readonly string[] {
  const { phase, mark, part = '', failures } = record;
  if (phase === 'stopped' || phase === 'stable') return [];
  if (phase === 'cut-short') return failures;
  const at = phase === 'opening' ? 'database' : part;
  // A machine that was switched off had not run out of memory, however little was left.
  if (mark === 'memory' && record.boot !== boot) return failures;
  if (mark) return [...failures, at + marked];
  if (phase === 'running' || at === slowPart) return [];
  // The whole machine was switched off.
  if (record.boot !== boot) return failures;
  const last = failures.at(-1);
  const isAlike = last === undefined || last === at || last.endsWith(marked);
  return isAlike ? [...failures, at] : [at];
}

/**
 * What to set aside next. The part that was loading, unless it is an outbox: that holds accepted
 * events, and may have been only the last that the memory had no room for. The broker holds what
 * strangers sent, so it comes before any outbox, and everything comes last: only where each of the
 * last starts failed at what it was opening or loading. A bug that ends a running process would end
 * it with an empty database as well.
 */
function nextSuspect(
  failures: readonly string[],
  setAside: readonly Suspect[],
  namespaceOf: StartGuardOptions['namespaceOf'],
): Suspect | undefined {
  const parts = failures.map((failure) => failure.replace(marked, ''));
  const part = parts.at(-1) ?? '';
  const mayBeAll = !parts.includes('');
  const namespace = part === 'database' ? part : namespaceOf(part);
  const isOutbox = namespace?.endsWith('-outbox') === true;
  const order = [
    ...(namespace && !isOutbox ? [namespace] : []),
    'broker',
    ...(namespace && isOutbox ? [namespace] : []),
    'database',
  ];
  return order.find(
    (suspect) => !setAside.includes(suspect) && (mayBeAll || suspect !== 'database'),
  );
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
