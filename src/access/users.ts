import { verifyPassword } from './password.ts';

/** One user of the broker and the page, as `Butler.brokerConfig.access.users` has them. */
export interface User {
  readonly name: string;
  readonly passwordHash: string;
  /** The topics the user may publish on, with MQTT's wildcards; without a list, all but reserved ones. */
  readonly publish?: readonly string[] | undefined;
  /** Filters the user may subscribe to; everything where none are given. */
  readonly subscribe?: readonly string[] | undefined;
}

/** A hash that no password has: checking it takes as long as checking a real one. */
const nobodysHash = `scrypt:32768:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;

/** Who may sign in. */
export class Users {
  readonly #users: ReadonlyMap<string, User>;

  constructor(users: readonly User[]) {
    this.#users = new Map(users.map((user) => [user.name, user]));
  }

  get areThere(): boolean {
    return this.#users.size > 0;
  }

  /** Whether somebody has this name; for the log only, never for who asks. */
  has(name: string): boolean {
    return this.#users.has(name);
  }

  /** The user with this name and password; takes as long when there is none. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(name);
    const isRight = await verifyPassword(password, user?.passwordHash ?? nobodysHash);
    return isRight ? user : undefined;
  }
}
