import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  copiesIn,
  copyNameOf,
  mostCopyBytes,
  pruneCopies,
} from '../../../src/storage/set-aside.ts';
import { Tally } from '../../../src/storage/tally.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const day = (number: number) => new Date(`2026-11-0${number}T12:30:00.500Z`);

test('the two newest copies of each kind are kept, and nothing else is touched', (context) => {
  const directory = temporaryFolder(context);
  for (const number of [2, 1, 3]) {
    mkdirSync(join(directory, copyNameOf('db.damaged', day(number))));
    writeFileSync(join(directory, `${copyNameOf('broker.set-aside', day(number))}.jsonl`), 'x');
  }
  for (const name of ['db', 'db.damaged-by-hand', 'starts.json']) mkdirSync(join(directory, name));
  assert.deepEqual(pruneCopies(directory).sort(), [
    'broker.set-aside-2026-11-01T12-30-00Z.jsonl',
    'db.damaged-2026-11-01T12-30-00Z',
  ]);
  assert.equal(copiesIn(directory).length, 4);
  assert.deepEqual(pruneCopies(directory), []);
});

test('copies of a kind have at most 64 MB in total', (context) => {
  const directory = temporaryFolder(context);
  for (const [number, bytes] of [
    [1, 1000],
    [2, mostCopyBytes - 500],
  ] as const) {
    const copy = join(directory, copyNameOf('db.damaged', day(number)));
    mkdirSync(copy);
    writeFileSync(join(copy, '000005.ldb'), '');
    truncateSync(join(copy, '000005.ldb'), bytes);
  }
  assert.deepEqual(pruneCopies(directory), ['db.damaged-2026-11-01T12-30-00Z']);
});

test('the newest copy is kept, even if it is too large or the clock was behind', (context) => {
  const directory = temporaryFolder(context);
  const [made, ...older] = [1, 2, 3].map((number) => copyNameOf('db.damaged', day(number)));
  for (const copy of [made ?? '', ...older]) {
    mkdirSync(join(directory, copy));
    writeFileSync(join(directory, copy, '000005.ldb'), '');
  }
  truncateSync(join(directory, made ?? '', '000005.ldb'), mostCopyBytes + 1);
  assert.deepEqual(pruneCopies(directory, made).sort(), older);
  assert.deepEqual(copiesIn(directory), [made]);
});

test('stored entries are counted by kind; an outbox has several events under a key', () => {
  const tally = new Tally();
  assert.equal(String(tally), 'nothing');
  tally.add('!slack-outbox!00000000000.50');
  tally.add('!slack-outbox!0000000001e');
  tally.add('!broker!session/a');
  tally.add('!broker!something');
  tally.add('"', 2.5);
  assert.equal(
    String(tally),
    '1 MQTT session, 1 other entry of the broker, 51 events waiting for Slack, 3 other entries',
  );
});
