/** Who a client id belongs to: a user's name, or anonymous clients together. */
export type Owner = string | typeof anonymous;

/** No user is called like this: a name has at least one character. */
export const anonymous = '';

interface Holding<Holder> {
  readonly owner: Owner;
  readonly holders: Set<Holder>;
}

/** Which client ids are in use by whom, from the moment in which a client is let in. */
export class ClientIds<Holder> {
  readonly #byId = new Map<string, Holding<Holder>>();
  readonly #idOf = new Map<Holder, string>();

  /** To whom an id in use belongs; undefined when nobody uses it. */
  ownerOf(clientId: string): Owner | undefined {
    return this.#byId.get(clientId)?.owner;
  }

  /** Who uses an id: mostly one, two for a moment while the second takes the place of the first. */
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
