// Waiting for a descriptor that Node itself refuses. A GPIO line's is of the same kind as that of an
// event counter (eventfd(2)): an anonymous inode that can be polled and read.
import assert from 'node:assert/strict';
import { closeSync, readdirSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import koffi from 'koffi';
import { libcOf } from '../../../hardware/drivers/libc.ts';
import { waitFor } from '../../support/wait-for.ts';

const one = Buffer.from(new BigUint64Array([1n]).buffer);

/** The descriptor of a counter that blocks while it is 0, as a line does while it has no edge. */
function counter(t: TestContext): number {
  const eventfd = koffi.load(null).func('int eventfd(unsigned int initial, int flags)');
  const descriptor: unknown = eventfd(0, 0);
  assert.ok(typeof descriptor === 'number' && descriptor >= 0);
  t.after(() => {
    try {
      closeSync(descriptor);
    } catch {
      // The test has closed it.
    }
  });
  return descriptor;
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

test('each time there is something to read is reported, and nothing after the end', async (t) => {
  const descriptor = counter(t);
  assert.throws(() => new Socket({ fd: descriptor }), /ERR_INVALID_FD_TYPE/);
  const before = openDescriptors();
  let reads = 0;
  const stop = libcOf(koffi).watch(
    descriptor,
    () => {
      reads += 1;
    },
    (error) => assert.fail(String(error)),
  );
  for (let expected = 1; expected <= 3; expected += 1) {
    writeSync(descriptor, one);
    await waitFor(`read ${expected}`, () => reads === expected);
  }
  writeSync(descriptor, one);
  stop();
  stop();
  assert.equal(openDescriptors(), before, 'no descriptor is left behind');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(reads, 3);
});

test('what was there to read before is reported, too', async (t) => {
  const descriptor = counter(t);
  writeSync(descriptor, one);
  let reads = 0;
  const stop = libcOf(koffi).watch(
    descriptor,
    () => {
      reads += 1;
    },
    (error) => assert.fail(String(error)),
  );
  await waitFor('the read', () => reads === 1);
  stop();
});

test('a descriptor that is not open is an error with its code, and leaves nothing behind', () => {
  const before = openDescriptors();
  const nothing = () => {};
  assert.throws(() => libcOf(koffi).watch(100_000, nothing, nothing), { code: 'EBADF' });
  assert.equal(openDescriptors(), before);
});
