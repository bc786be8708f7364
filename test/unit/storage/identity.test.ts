import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdentity } from '../../../src/storage/identity.ts';

const namespace = (kept: Map<string, string>, isThere = true) => ({
  isThere,
  get: async (key: string) => kept.get(key),
  put: async (key: string, value: string) => void kept.set(key, value),
});

test('an id is generated once and kept', async () => {
  const kept = new Map<string, string>();
  const identity = createIdentity(namespace(kept));
  const id = await identity();
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.equal(await identity(), id);
  assert.equal(await createIdentity(namespace(kept))(), id);
  assert.notEqual(await createIdentity(namespace(new Map()))(), id);
});

test('if nothing can be stored, the id comes from the host name', async () => {
  const nowhere = createIdentity(namespace(new Map(), false));
  const fallback = await nowhere();
  assert.match(fallback, /^[0-9a-f]{12}$/);
  const full = {
    ...namespace(new Map()),
    put: async () => {
      throw new Error('the disk is full');
    },
  };
  assert.equal(await createIdentity(full)(), fallback);
});
