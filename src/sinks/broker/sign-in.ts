import type { SignIns } from '../../access/sign-ins.ts';
import type { Access, Identity } from './access.ts';

export type SignInResult = Identity | 'refused' | 'try later';

/** Finds out who a client is. */
export class SignIn {
  readonly #access: Pick<Access, 'admitsAnonymous'>;
  readonly #signIns: Pick<SignIns, 'signIn'>;

  constructor(access: Pick<Access, 'admitsAnonymous'>, signIns: Pick<SignIns, 'signIn'>) {
    this.#access = access;
    this.#signIns = signIns;
  }

  async identify(
    address: string,
    userName: string | undefined,
    password: string,
  ): Promise<SignInResult> {
    if (userName === undefined) return this.#access.admitsAnonymous ? 'anonymous' : 'refused';
    const result = await this.#signIns.signIn(address, userName, password);
    if (result === 'wrong') return 'refused';
    return 'tryAgainInMs' in result ? 'try later' : result;
  }
}
