import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';

/** A crash within this time after the start makes it a failed start, ms. */
const startMs = 2 * 60_000;
/** After this many consecutive failed starts something is set aside. */
const patience = 3;
/** How often memory use is checked while the program starts, ms. */
const lookMs = 250;
/** The share of the available memory in use: nearly all, and no longer nearly all. */
const nearlyAll = 0.9;
const enoughLeft = 0.75;

const fileName = 'starts.json';

/** What may be set aside: the whole database, or one namespace in it. */
export type Suspect = 'database' | (string & {});

/** One run of the program: how far it has got, and the failed starts before it. */
export interface StartRecord {
  /** Linux's id of the current boot. */
  readonly boot: string;
  /** `opening` the database, `loading` a part, `running`, `stable` after two minutes. */
  readonly phase: 'opening' | 'loading' | 'running' | 'stable' | 'stopped' | 'cut-short';
  /** The part that is loading. */
  readonly part?: string;
  /** Why the start counts as failed if the process ends now. */
  readonly mark?: 'crash' | 'memory';
  /** For each consecutive failed start, the part that was loading, or `` if none was. */
  readonly failures: readonly string[];
  /** What was set aside since the first of them. */
  readonly setAside: readonly Suspect[];
  /** After an orderly stop: the sizes of the database's logs. */
  readonly logs?: Readonly<Record<string, number>>;
}

export interface StartGuardOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** The share of the available memory that is in use, 0 to 1. */
  readonly memoryInUse: () => number;
  readonly bootId?: () => string;
  /** The namespace that each part loads, by the part's name. */
  readonly namespaceOf: (part: string) => string | undefined;
}

/**
 * Keeps stored data from making the program fail at every start. Records in a small file how far a
 * start has got; after three consecutive failed starts it says what to set aside.
 * A start has failed if the process ended while its parts were loading, because of a bug within two
 * minutes, or with nearly all memory in use. If the process is killed later, the machine is
 * switched off, or a person stops it, that says nothing about the stored data.
 * The file is written without `fsync`: it need not survive a power cut, which isn't a failed start.
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

  /** Whether the previous run was stopped in order. */
  get stoppedInOrder(): boolean {
    return this.#previous?.phase === 'stopped';
  }

  /** The sizes of the logs when the previous run was stopped in order. */
  get expectedLogs(): Readonly<Record<string, number>> {
    return this.#previous?.logs ?? {};
  }

  /**
   * Begins a start, before the database is opened.
   * @returns what to set aside, if anything
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

  /** The number of consecutive failed starts before this one. */
  get failures(): number {
    return this.#record.failures.length;
  }

  /** The database is open, and nothing is loading yet. */
  opened(): void {
    if (this.#record.phase === 'opening') this.loaded();
  }

  /** `part` starts to load its stored data. */
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

  /** The program was asked to stop. */
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
      // If nothing can be written, nothing can be set aside either; the state says why.
    }
  }
}

/** The contents of the file in the state directory; undefined if it can't be read. */
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

/** After the name of a part: the process itself reported why it ended, so it was not killed. */
const marked = '!';

/**
 * The page takes most of a second to start, nearly all of it for loading the program. A process
 * that is killed then says nothing about the stored data.
 */
const slowPart = 'web';

/**
 * The consecutive failed starts, including the run of this record. A process that someone kills
 * looks like one that failed while loading; so such ends only count if they happen at the same part
 * each time.
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
 * What to set aside next: the part that was loading, unless it is an outbox, which holds accepted
 * events and may only have been the last to need memory. The broker holds data from clients, so it
 * comes before any outbox. The whole database comes last, and only if each of the last starts
 * failed at what it was opening or loading. A bug that ends a running process would end it with an
 * empty database as well.
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
