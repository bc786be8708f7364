/**
 * Names of what the namespaces of the database contain, for messages: what was read and what was
 * lost is counted in these.
 */
const kinds: readonly (readonly [prefix: string, singular: string, plural: string])[] = [
  ['!broker!session/', 'MQTT session', 'MQTT sessions'],
  ['!broker!queued/', 'queued MQTT message', 'queued MQTT messages'],
  ['!broker!message/', 'stored MQTT message', 'stored MQTT messages'],
  ['!broker!retained/', 'retained MQTT message', 'retained MQTT messages'],
  ['!broker!will/', 'MQTT will', 'MQTT wills'],
  ['!broker!', 'other entry of the broker', 'other entries of the broker'],
  ['!slack-outbox!', 'event waiting for Slack', 'events waiting for Slack'],
  [
    '!upstream-outbox!',
    'event waiting for the upstream broker',
    'events waiting for the upstream broker',
  ],
  [
    '!active-users!shared-hosts',
    'list of hosts that share sessions',
    'lists of hosts that share sessions',
  ],
  ['!active-users!', 'active user', 'active users'],
  ['!history!', "entry of the page's history", "entries of the page's history"],
  ['!home-assistant!', 'entry of Home Assistant', 'entries of Home Assistant'],
  ['!appliance!', "entry of the appliance's identity", "entries of the appliance's identity"],
  ['', 'other entry', 'other entries'],
];

/** Counts of stored entries, by kind. */
export class Tally {
  readonly #counts = new Map<(typeof kinds)[number], number>();

  /** @param weight how many entries like this one, if it is an estimate */
  add(key: string, weight = 1): void {
    const kind = kinds.find(([prefix]) => key.startsWith(prefix));
    if (kind) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + weight * eventsIn(key));
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** E.g. `12 MQTT sessions, 1 active user`; `nothing`. */
  toString(): string {
    const words = kinds.flatMap((kind) => {
      const count = Math.ceil(this.#counts.get(kind) ?? 0);
      return count === 0 ? [] : `${count} ${count === 1 ? kind[1] : kind[2]}`;
    });
    return words.join(', ') || 'nothing';
  }
}

/**
 * An outbox stores several events under one key, which ends in their number (`stored-queue.ts`).
 */
function eventsIn(key: string): number {
  const count = /^!(?:slack|upstream)-outbox![^.]*\.(\d+)$/.exec(key)?.[1];
  return count === undefined ? 1 : Number(count);
}
