import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Namespace } from './namespace.ts';

const key = 'id';

/**
 * Creates the function that returns this appliance's id: 12 random hexadecimal digits, generated at
 * the first start and stored, so that a new name or network doesn't change it. If nothing can be
 * stored, it is derived from the machine's name.
 */
export function createIdentity(
  namespace: Pick<Namespace, 'get' | 'put' | 'isThere'>,
): () => Promise<string> {
  let id: string | undefined;
  return async () => {
    id ??= await readOrMake(namespace);
    return id ?? createHash('sha256').update(hostname()).digest('hex').slice(0, 12);
  };
}

/** Undefined if nothing can be stored; the state says why. */
async function readOrMake(
  namespace: Pick<Namespace, 'get' | 'put' | 'isThere'>,
): Promise<string | undefined> {
  if (!namespace.isThere) return undefined;
  try {
    const kept = await namespace.get(key);
    if (kept !== undefined && /^[0-9a-f]{12}$/.test(kept)) return kept;
    const made = randomBytes(6).toString('hex');
    await namespace.put(key, made);
    return made;
  } catch {
    return undefined;
  }
}
