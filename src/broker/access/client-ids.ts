/** The owner of a client id: a user's name, or all anonymous clients together. */
export type Owner = string | typeof anonymous;

/** Not a possible user name: names have at least one character. */
export const anonymous = '';

interface Holding<Holder> {
  readonly owner: Owner;
  readonly holders: Set<Holder>;
}

/** Which client ids are in use by whom, from the moment a client is let in. */
export class ClientIds<Holder> {
  readonly #byId = new Map<string, Holding<Holder>>();
  readonly #idOf = new Map<Holder, string>();

  /** The owner of an id in use; undefined if it isn't in use. */
  ownerOf(clientId: string): Owner | undefined {
    return this.#byId.get(clientId)?.owner;
  }

  /** The users of an id: usually one; briefly two while the second replaces the first. */
  holdersOf(clientId: string): readonly Holder[] {
    return [...(this.#byId.get(clientId)?.holders ?? [])];
  }

  take(clientId: string, owner: Owner, holder: Holder): void {
    const known = this.#byId.get(clientId);
    if (known?.owner === owner) known.holders.add(holder);
    else this.#byId.set(clientId, { owner, holders: new Set([holder]) });
    this.#idOf.set(holder, clientId);
  }

  release(holder: Holder): void {
    const clientId = this.#idOf.get(holder);
    if (clientId === undefined) return;
    this.#idOf.delete(holder);
    const holding = this.#byId.get(clientId);
    if (holding?.holders.delete(holder) && holding.holders.size === 0) this.#byId.delete(clientId);
  }
}
