import { verifyPassword } from './password.ts';

/** A user of the broker and the page, as configured in `Butler.brokerConfig.access.users`. */
export interface User {
  readonly name: string;
  readonly passwordHash: string;
  /**
   * The topics the user may publish to, with MQTT wildcards; without a list, all but reserved ones.
   */
  readonly publish?: readonly string[] | undefined;
  /** Filters the user may subscribe to; everything if none are given. */
  readonly subscribe?: readonly string[] | undefined;
}

/** A hash that no password matches: checking it takes as long as checking a real one. */
const nobodysHash = `scrypt:32768:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;

/** The users who may sign in. */
export class Users {
  readonly #users: ReadonlyMap<string, User>;

  constructor(users: readonly User[]) {
    this.#users = new Map(users.map((user) => [user.name, user]));
  }

  get areThere(): boolean {
    return this.#users.size > 0;
  }

  /** Whether a user has this name; for the log only, never for the client. */
  has(name: string): boolean {
    return this.#users.has(name);
  }

  /** The user with this name and password; takes as long if there is none. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(name);
    const isRight = await verifyPassword(password, user?.passwordHash ?? nobodysHash);
    return isRight ? user : undefined;
  }
}
