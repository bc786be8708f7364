import { encodeDatagram } from '../../src/appender/datagram.ts';
import { commandOf, type EventKind } from '../../src/events/user-event.ts';

/** What a user does, in order: nobody stays active for ever. */
const kinds: readonly EventKind[] = [
  'session-start',
  'connection-open',
  'connection-close',
  'session-stop',
];

/**
 * Events that can be told apart wherever they arrive: four for each user, one of each kind.
 */
export function numberedDatagram(number: number): Uint8Array {
  return encodeDatagram({
    kind: kinds[number % kinds.length] ?? 'session-start',
    host: 'sense1',
    userDirectory: 'SOAK',
    userId: `u${Math.floor(number / kinds.length)}`,
    appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36',
    dialect: 'butler-6',
  });
}

const numberByCommand: ReadonlyMap<string, number> = new Map(
  kinds.map((kind, index) => [commandOf[kind], index]),
);

/** Which numbered events arrived somewhere, and how many of them more than once. */
export class Arrivals {
  repeated = 0;
  readonly #numbers = new Set<number>();

  /** How many different ones arrived. */
  get count(): number {
    return this.#numbers.size;
  }

  /** Takes one event by its command, in Qlik's spelling, and its user. */
  add(command: string, userId: string): void {
    const kind = numberByCommand.get(command);
    const user = Number(/^u(\d+)$/.exec(userId)?.[1] ?? Number.NaN);
    if (kind === undefined || Number.isNaN(user)) return;
    const number = user * kinds.length + kind;
    if (this.#numbers.has(number)) this.repeated += 1;
    this.#numbers.add(number);
  }
}
