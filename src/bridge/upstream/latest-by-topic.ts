import type { Publication } from '../../publications/publication.ts';

/** The latest publication on each topic, and which of them have yet to be sent. */
export class LatestByTopic {
  readonly #latest = new Map<string, Publication>();
  readonly #unsent = new Set<string>();

  put(publication: Publication): void {
    this.#latest.set(publication.topic, publication);
    this.#unsent.add(publication.topic);
  }

  /** Marks everything as unsent: the connection is new. */
  repeat(): void {
    for (const topic of this.#latest.keys()) this.#unsent.add(topic);
  }

  /** What to send now. It counts as sent, unless `repeat` is called. */
  take(): Publication[] {
    const publications = [...this.#unsent].flatMap((topic) => this.#latest.get(topic) ?? []);
    this.#unsent.clear();
    return publications;
  }
}
