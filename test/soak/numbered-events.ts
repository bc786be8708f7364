import { encodeDatagram } from '../../src/appender/datagram.ts';
import { type EventKind, kinds } from '../../src/events/kinds.ts';

/**
 * What users do, over and over, each time with new users: nobody stays active for ever, and nobody
 * does the same twice, so events can be told apart wherever they arrive.
 */
export type Script = readonly { readonly kind: EventKind; readonly user: number }[];

/** One user, who does everything once. */
export const everyKind: Script = [
  { kind: 'session-start', user: 0 },
  { kind: 'connection-open', user: 0 },
  { kind: 'connection-close', user: 0 },
  { kind: 'session-stop', user: 0 },
];

const usersIn = (script: Script) => 1 + Math.max(...script.map(({ user }) => user));

/** The event with this number. */
export function numberedDatagram(number: number, script = everyKind): Uint8Array {
  const { kind, user } = script[number % script.length] ?? { kind: 'session-start', user: 0 };
  const round = Math.floor(number / script.length);
  return encodeDatagram({
    kind,
    host: 'sense1',
    userDirectory: 'SOAK',
    userId: `u${round * usersIn(script) + user}`,
    appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36',
    dialect: 'butler-6',
  });
}

/** Which numbered events arrived somewhere, and how many of them more than once. */
export class Arrivals {
  repeated = 0;
  readonly #script: Script;
  readonly #users: number;
  /** Where in the script a user does this, by command and user. */
  readonly #steps: ReadonlyMap<string, number>;
  readonly #numbers = new Set<number>();

  constructor(script = everyKind) {
    this.#script = script;
    this.#users = usersIn(script);
    this.#steps = new Map(
      script.map(({ kind, user }, index) => [`${kinds[kind].command}/${user}`, index]),
    );
  }

  /** How many different ones arrived. */
  get count(): number {
    return this.#numbers.size;
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  /** Takes one event by its command, in Qlik's spelling, and its user; the result is its number. */
  add(command: string, userId: string): number | undefined {
    const user = Number(/^u(\d+)$/.exec(userId)?.[1] ?? Number.NaN);
    const step = this.#steps.get(`${command}/${user % this.#users}`);
    if (step === undefined) return undefined;
    const number = Math.floor(user / this.#users) * this.#script.length + step;
    if (this.#numbers.has(number)) this.repeated += 1;
    this.#numbers.add(number);
    return number;
  }
}
