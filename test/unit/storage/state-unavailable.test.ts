import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDamage, stateUnavailable } from '../../../src/storage/state-unavailable.ts';

/** An error as abstract-level passes it on: LevelDB's error is its cause. */
const fromLevel = (code: string, message: string): Error =>
  new Error('Database failed to open', { cause: Object.assign(new Error(message), { code }) });

for (const [error, says, remedy] of [
  [fromLevel('LEVEL_LOCKED', 'IO error: lock /s/db/LOCK'), /in use by another/, /Stop the other/],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: /s/db/000004.log: No space left on device'),
    /is full/,
    /Free space/,
  ],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: /s/db/000005.ldb: Input/output error'),
    /can't be read or written/,
    /replace the SD card or disk; it is failing/,
  ],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: /s/db/000005.ldb: Too many open files'),
    /too many files and connections/,
    /LimitNOFILE/,
  ],
  [
    fromLevel('LEVEL_CORRUPTION', 'Corruption: corrupted compressed block contents'),
    /is damaged \(Corruption/,
    /repairs it automatically.*replace the SD card/,
  ],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: /s/db/000005.ldb: No such file or directory'),
    /is damaged/,
    /repairs it automatically/,
  ],
  [
    Object.assign(new Error('x'), { code: 'EIO' }),
    /can't be read or written/,
    /replace the SD card/,
  ],
  [
    new Error('what nobody foresaw'),
    /can't be used \(what nobody foresaw\)/,
    /Check that its disk/,
  ],
] as const) {
  test(`${error.cause instanceof Error ? error.cause.message : error.message}: the right remedy`, () => {
    const unavailable = stateUnavailable(error, '/s');
    assert.match(unavailable.message, says);
    assert.match(unavailable.remedy, remedy);
    assert.equal(stateUnavailable(unavailable, '/s'), unavailable);
  });
}

test('a full disk and a lock are not damage', () => {
  assert.equal(isDamage(fromLevel('LEVEL_LOCKED', 'IO error: lock /s/db/LOCK')), false);
  assert.equal(isDamage(fromLevel('LEVEL_IO_ERROR', 'IO error: No space left on device')), false);
  assert.equal(isDamage(fromLevel('LEVEL_CORRUPTION', 'Corruption: bad block')), true);
});
