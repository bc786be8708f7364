/** The appliance under attack; always on loopback. */
export interface Target {
  readonly host: string;
  readonly mqttPort: number;
  readonly webPort: number;
  /** Where MQTT over TLS is served, if it is. */
  readonly tlsPort?: number | undefined;
}

/** What an attack is given. */
export interface Scene {
  readonly target: Target;
  /** Where the strangers come from: 127.0.0.2, … each counts as a network of its own. */
  readonly addresses: readonly string[];
  /** How many clients, connections or guesses there are at a time. */
  readonly count: number;
  /** How many connections each address opens in a second. */
  readonly perSecond: number;
  /** Client ids that belong to others. */
  readonly clientIds: readonly string[];
  readonly tally: Tally;
  /** The attack goes on until this aborts. */
  readonly signal: AbortSignal;
}

export interface Attack {
  /** What it does, in a few words. */
  readonly what: string;
  /** How many at a time, and from how many addresses, unless told otherwise. */
  readonly count: number;
  readonly addresses: number;
  /** Resolves when `scene.signal` has aborted and its connections are closed. */
  run(scene: Scene): Promise<void>;
}

/** An address may open so many connections a second (`limits.connectionsPerSecond`). */
export const perSecondFromAddress = 50;

/** What an attack did and met so far, by name. */
export class Tally {
  readonly counts: Record<string, number> = {};

  add(name: string, amount = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + amount;
  }
}

/** The address with this number, over and over. */
export function addressOf({ addresses }: Pick<Scene, 'addresses'>, index: number): string {
  return addresses[index % addresses.length] ?? '127.0.0.2';
}
