import {
  type BinaryLike,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';

/**
 * The cost of scrypt: 32 MB and about 0.1 s on a Pi 4 (RFC 7914, section 2). Each hash stores its
 * parameters, so these may change.
 */
const cost = { N: 2 ** 15, r: 8, p: 1 } as const;
const keyBytes = 32;
const saltBytes = 16;

/**
 * The most memory that a hash in the configuration may require, so that a mistake can't stop the
 * appliance.
 */
const mostMemory = 128 * 1024 * 1024;

const encoded = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{16,}):([\w-]{32,})$/;

/** `scrypt:N:r:p:salt:hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, keyBytes, cost);
  return [
    'scrypt',
    cost.N,
    cost.r,
    cost.p,
    salt.toString('base64url'),
    key.toString('base64url'),
  ].join(':');
}

/** Whether a text is a hash that `hashPassword` could have made. */
export function isPasswordHash(text: string): boolean {
  const [, N, r] = encoded.exec(text) ?? [];
  return N !== undefined && 128 * Number(N) * Number(r) <= mostMemory;
}

/** Compares in constant time, off the main thread. False if `hash` isn't a hash. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = encoded.exec(hash) ?? [];
  if (!isPasswordHash(hash)) return false;
  const expected = Buffer.from(key, 'base64url');
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  try {
    const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, options);
    return timingSafeEqual(actual, expected);
  } catch {
    // Parameters that scrypt rejects, such as an N that isn't a power of two.
    return false;
  }
}

function derive(
  password: BinaryLike,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { ...options, maxmem: mostMemory * 2 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
