import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { StateRoom } from './room.ts';

const key = 'id';

/**
 * Makes the function that tells this appliance's id: 12 hexadecimal digits, made up at the first
 * start and kept, so that a changed name or card reader changes nothing. While nothing can be kept,
 * it comes from the machine's name.
 */
export function createIdentity(
  room: Pick<StateRoom, 'get' | 'put' | 'isThere'>,
): () => Promise<string> {
  let id: Promise<string> | undefined;
  return () => {
    if (!room.isThere) {
      return Promise.resolve(createHash('sha256').update(hostname()).digest('hex').slice(0, 12));
    }
    id ??= readOrMake(room);
    return id;
  };
}

async function readOrMake(room: Pick<StateRoom, 'get' | 'put'>): Promise<string> {
  const kept = await room.get(key);
  if (kept !== undefined && /^[0-9a-f]{12}$/.test(kept)) return kept;
  const made = randomBytes(6).toString('hex');
  await room.put(key, made);
  return made;
}
