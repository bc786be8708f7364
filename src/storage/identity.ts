import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { StateRoom } from './room.ts';

const key = 'id';

/**
 * Makes the function that tells this appliance's id: 12 hexadecimal digits, made up at the first
 * start and kept, so that a changed name or network changes nothing. While nothing can be kept, it
 * comes from the machine's name.
 */
export function createIdentity(
  room: Pick<StateRoom, 'get' | 'put' | 'isThere'>,
): () => Promise<string> {
  let id: string | undefined;
  return async () => {
    id ??= await readOrMake(room);
    return id ?? createHash('sha256').update(hostname()).digest('hex').slice(0, 12);
  };
}

/** Undefined while nothing can be kept; the state says why. */
async function readOrMake(
  room: Pick<StateRoom, 'get' | 'put' | 'isThere'>,
): Promise<string | undefined> {
  if (!room.isThere) return undefined;
  try {
    const kept = await room.get(key);
    if (kept !== undefined && /^[0-9a-f]{12}$/.test(kept)) return kept;
    const made = randomBytes(6).toString('hex');
    await room.put(key, made);
    return made;
  } catch {
    return undefined;
  }
}
