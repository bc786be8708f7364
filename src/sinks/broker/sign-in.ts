import { AddressLimits } from '../../access/address-limits.ts';
import type { Clock } from '../../clock.ts';
import type { Access, Identity } from './access.ts';

/** So many wrong passwords may come from an address, then one in a time, ms. */
const wrongPasswords = { burst: 5, everyMs: 6000 } as const;

export type SignInResult = Identity | 'refused' | 'try later';

/** Finds out who a client is; an address that tries one wrong password after the other must wait. */
export class SignIn {
  readonly #access: Access;
  readonly #wrong: AddressLimits;

  constructor(access: Access, clock: Clock) {
    this.#access = access;
    this.#wrong = new AddressLimits(wrongPasswords, clock);
  }

  async identify(
    address: string,
    userName: string | undefined,
    password: string,
  ): Promise<SignInResult> {
    if (userName !== undefined && this.#wrong.waitMs(address) > 0) return 'try later';
    const identity = await this.#access.identify(userName, password);
    if (!identity && userName !== undefined) this.#wrong.take(address);
    return identity ?? 'refused';
  }
}
