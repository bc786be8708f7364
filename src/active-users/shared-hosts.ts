/** How sure it must be that two hosts share sessions, and how sure it can become. */
const enough = 3;
const most = 10;
/** What a connection on another host than the session's adds; a stop there adds 1. */
const weightOfConnection = 0.25;
/** What a stop on the session's own host takes off: a start that was lost looks like sharing, too. */
const doubtOfOwnStop = 0.01;
/** Hosts with which one is compared, and hosts in all: their names come from the network. */
const mostHosts = 100;

/**
 * Learns which hosts share sessions, as the proxies of one site behind a load balancer do: there a
 * session that started on one host stops on another, again and again.
 */
export class SharedHosts {
  readonly #scores = new Map<string, Map<string, number>>();

  /** Whether a session on one of them may be meant by what the other logs. */
  readonly areOne = (host: string, other: string): boolean => {
    if (host === other) return true;
    const one = host.toLowerCase();
    const two = other.toLowerCase();
    return one === two || (this.#scores.get(one)?.get(two) ?? 0) >= enough;
  };

  /** Takes note of a connection on one host, by a user whose session is on another. */
  connected(started: string, connected: string): void {
    const one = started.toLowerCase();
    const two = connected.toLowerCase();
    this.#set(one, two, this.#score(one, two) + weightOfConnection);
  }

  /** Takes note that a session which started on one host was stopped on another, or on the same. */
  stopped(started: string, stopped: string): void {
    const one = started.toLowerCase();
    const two = stopped.toLowerCase();
    if (one !== two) this.#set(one, two, this.#score(one, two) + 1);
    else
      for (const [other, score] of this.#scores.get(one) ?? []) {
        this.#set(one, other, score - doubtOfOwnStop);
      }
  }

  /** What was learned, for `restore`. */
  entries(): [host: string, other: string, score: number][] {
    return [...this.#scores].flatMap(([host, others]) =>
      [...others]
        .filter(([other]) => host < other)
        .map(([other, score]) => [host, other, score] as [string, string, number]),
    );
  }

  restore(entries: Iterable<readonly [host: string, other: string, score: number]>): void {
    for (const [host, other, score] of entries) this.#set(host, other, score);
  }

  #score(one: string, two: string): number {
    return this.#scores.get(one)?.get(two) ?? 0;
  }

  #set(one: string, two: string, score: number): void {
    if (score <= 0) {
      this.#scores.get(one)?.delete(two);
      this.#scores.get(two)?.delete(one);
      return;
    }
    const ofOne = this.#of(one);
    const ofTwo = this.#of(two);
    if (!ofOne || !ofTwo) return;
    ofOne.set(two, Math.min(score, most));
    ofTwo.set(one, Math.min(score, most));
  }

  #of(host: string): Map<string, number> | undefined {
    const known = this.#scores.get(host);
    if (known) return known;
    if (this.#scores.size >= mostHosts) this.#forgetUnused();
    if (this.#scores.size >= mostHosts) return undefined;
    const scores = new Map<string, number>();
    this.#scores.set(host, scores);
    return scores;
  }

  #forgetUnused(): void {
    for (const [host, scores] of this.#scores) if (scores.size === 0) this.#scores.delete(host);
  }
}
