import { shownName } from '../../access/shown-name.ts';
import type { SignIns } from '../../access/sign-ins.ts';
import type { Users } from '../../access/users.ts';
import type { Identity, Permissions } from './permissions.ts';

/** Why a client does not get in, for the log, and whether it may if it tries again later. */
export interface SignInRefusal {
  readonly refusal: 'not signed in' | 'wrong name or password' | 'try later';
  readonly because: string;
}

export type ClientSignInResult = Identity | SignInRefusal;

const anonymousKey = 'Butler.brokerConfig.access.anonymous is none';

/** Finds out who a client is. */
export class ClientSignIn {
  readonly #permissions: Pick<Permissions, 'admitsAnonymous'>;
  readonly #users: Pick<Users, 'areThere' | 'has'>;
  readonly #signIns: Pick<SignIns, 'signIn'>;

  constructor(
    permissions: Pick<Permissions, 'admitsAnonymous'>,
    users: Pick<Users, 'areThere' | 'has'>,
    signIns: Pick<SignIns, 'signIn'>,
  ) {
    this.#permissions = permissions;
    this.#users = users;
    this.#signIns = signIns;
  }

  /**
   * Whether a name is of no use because there are no users: small devices send one that their
   * maker has chosen, and can't be without.
   */
  ignores(userName: string | undefined): boolean {
    return !isAnonymous(userName) && !this.#users.areThere;
  }

  async identify(
    address: string,
    userName: string | undefined,
    password: string,
  ): Promise<ClientSignInResult> {
    if (isAnonymous(userName)) {
      return this.#anonymous(`gives no user name, and ${anonymousKey}`);
    }
    if (!this.#users.areThere) return this.#anonymous(`there are no users, and ${anonymousKey}`);
    const result = await this.#signIns.signIn(address, userName, password);
    if (result === 'wrong') {
      const because = this.#users.has(userName)
        ? `wrong password for user ${shownName(userName)}`
        : `there is no user ${shownName(userName)}`;
      return { refusal: 'wrong name or password', because };
    }
    if (!('tryAgainInMs' in result)) return result;
    const seconds = Math.max(1, Math.ceil(result.tryAgainInMs / 1000));
    const because = `too many wrong passwords, or sign-ins at once; it may try again in ${seconds} s`;
    return { refusal: 'try later', because };
  }

  #anonymous(because: string): ClientSignInResult {
    return this.#permissions.admitsAnonymous ? 'anonymous' : { refusal: 'not signed in', because };
  }
}

/** Libraries for small boards set the flag of a user name and leave the name empty. */
function isAnonymous(userName: string | undefined): userName is undefined | '' {
  return userName === undefined || userName === '';
}
