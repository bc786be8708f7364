import { lampOf } from './marked-events.ts';

/** A lamp that is lit this much later than its event was lit by something else, ms. */
const latestMs = 700;

/**
 * When the simulated lamps were lit, as the program's log says in the same turn of its event loop.
 * What is measured is more than what the light takes: the log's line has to be read here.
 */
export class LampWatch {
  readonly #litAt: Record<'green' | 'red', number[]> = { green: [], red: [] };

  /** Takes a line of the program's log. */
  readonly read = (line: string): void => {
    const [, colour] = /\b(green|red) light on$/.exec(line) ?? [];
    if (colour === 'green' || colour === 'red') this.#litAt[colour].push(performance.now());
  };

  /**
   * From datagram to lamp, ms, for each event of those from `first` to before `end` that lights
   * one; Infinity for those that lit none.
   */
  delays(sentAt: readonly number[], first: number, end: number): number[] {
    const delays: number[] = [];
    for (let number = first; number < end; number += 1) {
      const colour = lampOf(number);
      const sentMs = sentAt[number];
      if (!colour || sentMs === undefined) continue;
      const litMs = this.#litAt[colour].find((atMs) => atMs >= sentMs && atMs < sentMs + latestMs);
      delays.push(litMs === undefined ? Number.POSITIVE_INFINITY : litMs - sentMs);
    }
    return delays;
  }
}
