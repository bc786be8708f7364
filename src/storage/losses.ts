import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../health/health.ts';
import type { Clock } from '../platform/clock.ts';
import { replaceFile } from '../platform/replace-file.ts';
import { copiesIn } from './set-aside.ts';

/** Data that was lost or set aside, once; kept in the state directory until it is old. */
export interface Loss {
  /** ISO 8601. */
  readonly at: string;
  readonly message: string;
  readonly remedy: string;
  /** The name of the copy in the state directory. */
  readonly copy?: string;
}

const fileName = 'losses.json';
/**
 * The fault light and `/healthz` report a loss for this long, ms; afterwards only the page does.
 */
export const faultMs = 24 * 60 * 60 * 1000;
/** A loss without a copy is mentioned for this long, ms. */
const mentionMs = 7 * 24 * 60 * 60 * 1000;
/** The oldest are dropped beyond this. */
const mostLosses = 20;

/**
 * The losses that users should still know about. A loss is a fault for a day, or until the program
 * is started after an orderly stop, since a person or an update was there then; afterwards it is
 * mentioned while its copy exists.
 */
export class Losses {
  readonly #directory: string;
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #all: Loss[] = [];
  /** Losses that someone has had the chance to see. */
  #seen = new Set<Loss>();
  /** When the losses of this run were added, in monotonic ms: the time of day may jump by years. */
  readonly #addedMs = new WeakMap<Loss, number>();

  constructor(directory: string, clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * Reads what earlier runs left.
   * @param seen whether the last one was stopped in order
   */
  load(seen: boolean): void {
    this.#all = readLosses(this.#directory).filter(
      (loss) => this.#ageMs(loss) < mentionMs || this.#hasCopy(loss),
    );
    this.#seen = new Set(seen ? this.#all : []);
    // The program ended after it had moved something, but before it could report it.
    const noted = new Set(this.#all.map(({ copy }) => copy));
    for (const copy of copiesIn(this.#directory)) {
      if (noted.has(copy)) continue;
      this.add({
        copy,
        message: `stored data was set aside in ${copy}; Blinky stopped before it had counted it`,
        remedy: `Check the log for the reason. Delete ${join(this.#directory, copy)} if you don't need it`,
      });
    }
  }

  /** If it can't be saved, only this run reports it. */
  add(loss: Omit<Loss, 'at'>): void {
    const added = { ...loss, at: this.#clock.now().toISOString() };
    this.#addedMs.set(added, this.#clock.monotonicMs());
    this.#all = [...this.#all, added].slice(-mostLosses);
    try {
      replaceFile(join(this.#directory, fileName), JSON.stringify(this.#all), { mode: 0o600 });
    } catch {
      // The state itself reports a disk that is full or read-only.
    }
  }

  /** The losses that are currently a fault, combined. */
  fault(): Fault | undefined {
    const losses = this.#all.filter((loss) => this.#isFault(loss));
    const newest = losses.at(-1);
    if (!newest) return undefined;
    return {
      message: losses.map(({ message }) => message).join('. '),
      remedy: newest.remedy,
      needsAttention: true,
    };
  }

  /** The other losses as text; empty if there are none. */
  mention(): string {
    return this.#all
      .filter((loss) => !this.#isFault(loss))
      .map(({ at, message }) => `; on ${at.slice(0, 10)}: ${message}`)
      .join('');
  }

  #isFault(loss: Loss): boolean {
    return !this.#seen.has(loss) && this.#ageMs(loss) < faultMs;
  }

  #ageMs(loss: Loss): number {
    const addedMs = this.#addedMs.get(loss);
    if (addedMs !== undefined) return this.#clock.monotonicMs() - addedMs;
    return this.#clock.now().getTime() - Date.parse(loss.at);
  }

  #hasCopy({ copy }: Loss): boolean {
    return copy !== undefined && existsSync(join(this.#directory, copy));
  }
}

/** The losses noted in the state directory, oldest first. */
export function readLosses(directory: string): Loss[] {
  try {
    const losses: unknown = JSON.parse(readFileSync(join(directory, fileName), 'utf8'));
    return Array.isArray(losses) ? losses.filter(isLoss) : [];
  } catch {
    return [];
  }
}

function isLoss(value: unknown): value is Loss {
  if (typeof value !== 'object' || value === null) return false;
  const { at, message, remedy } = value as Partial<Record<string, unknown>>;
  return [at, message, remedy].every((text) => typeof text === 'string');
}
