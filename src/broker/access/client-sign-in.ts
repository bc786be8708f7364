import { shownName } from '../../access/shown-name.ts';
import type { SignIns } from '../../access/sign-ins.ts';
import type { Users } from '../../access/users.ts';
import type { Identity, Permissions } from './permissions.ts';

/** Why a client is not let in, for the log, and whether it may be later. */
export interface SignInRefusal {
  readonly refusal: 'not signed in' | 'wrong name or password' | 'try later';
  readonly because: string;
}

export type ClientSignInResult = Identity | SignInRefusal;

const anonymousKey = 'Butler.brokerConfig.access.anonymous is none';

/** Identifies a client. */
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
   * Whether a user name is ignored because there are no users: small devices send a fixed one
   * chosen by their maker, and can't leave it out.
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
      return this.#anonymous(`sends no user name, and ${anonymousKey}`);
    }
    if (!this.#users.areThere)
      return this.#anonymous(`no users are configured, and ${anonymousKey}`);
    const result = await this.#signIns.signIn(address, userName, password);
    if (result === 'wrong') {
      const because = this.#users.has(userName)
        ? `wrong password for user ${shownName(userName)}`
        : `unknown user ${shownName(userName)}`;
      return { refusal: 'wrong name or password', because };
    }
    if (!('tryAgainInMs' in result)) return result;
    const seconds = Math.max(1, Math.ceil(result.tryAgainInMs / 1000));
    const because = `too many wrong passwords, or too many sign-ins at once; it may try again in ${seconds} s`;
    return { refusal: 'try later', because };
  }

  #anonymous(because: string): ClientSignInResult {
    return this.#permissions.admitsAnonymous ? 'anonymous' : { refusal: 'not signed in', because };
  }
}

/** Libraries for small boards set the user name flag and leave the name empty. */
function isAnonymous(userName: string | undefined): userName is undefined | '' {
  return userName === undefined || userName === '';
}
