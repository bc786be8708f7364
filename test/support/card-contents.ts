import type { CardFile } from '../../src/card/card-files.ts';
import type { Note, Step } from '../../src/card/plan.ts';
import { type CardContents, understandCard } from '../../src/card/understand.ts';

/** A card and its state partition in memory. */
export class MemoryCard {
  readonly places = {
    card: new Map<string, string>(),
    state: new Map<string, string>(),
    run: new Map<string, string>(),
    credentials: new Map<string, string>(),
    issue: new Map<string, string>(),
    lastRun: new Map<string, string>(),
    lastCredentials: new Map<string, string>(),
  };
  /** Files on the card that are no text. */
  readonly bytes = new Map<string, Uint8Array>();
  #passwords = 0;
  #readings = 0;

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) this.places.card.set(name, text);
  }

  /** One start; the power fails after so many steps. */
  async start(steps = Number.POSITIVE_INFINITY): Promise<{ notes: Note[]; steps: Step[] }> {
    this.places.run.clear();
    this.places.credentials.clear();
    this.places.issue.clear();
    this.#readings += 1;
    const parts = await understandCard(this.#contents(), {
      newPassword: () => {
        this.#passwords += 1;
        return `password-${this.#passwords}`;
      },
      hashPassword: async (password) => `hash of ${password}`,
      hostName: 'blinky',
      runFolder: '/run/blinky-card',
    });
    const all = parts.flatMap((part) => part.steps);
    for (const { place, file, content } of all.slice(0, steps)) {
      if (content === undefined) this.places[place].delete(file);
      else this.places[place].set(file, content);
    }
    return { notes: parts.flatMap(({ notes }) => notes), steps: all };
  }

  #contents(): CardContents {
    const card: CardFile[] = [...this.places.card].map(([name, text]) => ({
      name,
      bytes: Buffer.from(text),
      modifiedMs: this.#readings,
    }));
    for (const [name, bytes] of this.bytes) {
      card.push({ name, bytes, modifiedMs: this.#readings });
    }
    return { card, state: new Map(this.places.state) };
  }
}

/** The notes as lines, each with its kind. */
export const lines = (notes: readonly Note[]): string[] =>
  notes.map(({ kind, text }) => `${kind}: ${text}`);
