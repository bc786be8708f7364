import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Losses } from '../../../src/storage/losses.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const hourMs = 60 * 60_000;
const loss = { message: 'this was lost', remedy: 'Do that' };

test('a loss is a fault for a day, even after a crash, and is mentioned for a week', (context) => {
  const directory = temporaryFolder(context);
  const clock = new ManualClock();
  const load = (seen: boolean) => {
    const losses = new Losses(directory, clock);
    losses.load(seen);
    return losses;
  };
  load(false).add(loss);
  clock.advance(20 * hourMs);
  assert.deepEqual(load(false).fault(), { ...loss, needsAttention: true });
  assert.equal(load(false).mention(), '');
  clock.advance(5 * hourMs);
  assert.equal(load(false).fault(), undefined);
  assert.equal(load(false).mention(), '; on 2026-11-23: this was lost');
  clock.advance(7 * 24 * hourMs);
  assert.equal(load(false).mention(), '');
});

test('after an orderly stop it is only mentioned, as long as its copy exists', (context) => {
  const directory = temporaryFolder(context);
  const clock = new ManualClock();
  const copy = 'db.damaged-2026-11-23T12-00-00Z';
  mkdirSync(join(directory, copy));
  const losses = new Losses(directory, clock);
  losses.add({ ...loss, copy });
  const later = new Losses(directory, clock);
  later.load(true);
  assert.equal(later.fault(), undefined);
  later.add({ message: 'and this', remedy: 'Do the other' });
  assert.equal(later.fault()?.message, 'and this');
  clock.advance(30 * 24 * hourMs);
  later.load(true);
  assert.equal(later.mention(), '; on 2026-11-23: this was lost');
  rmSync(join(directory, copy), { recursive: true });
  later.load(true);
  assert.equal(later.mention(), '');
});

test('a copy without a record is still reported', (context) => {
  const directory = temporaryFolder(context);
  writeFileSync(join(directory, 'losses.json'), 'null');
  mkdirSync(join(directory, 'db.set-aside-2026-11-23T12-00-00Z'));
  const losses = new Losses(directory, new ManualClock('2026-11-23T12:01:00Z'));
  losses.load(true);
  assert.match(losses.fault()?.message ?? '', /set aside in db\.set-aside-2026-11-23T12-00-00Z/);
});

test('a loss of this run is a fault for a day, even if the time of day is set meanwhile', (context) => {
  let nowMs = Date.parse('2025-01-01');
  let monotonicMs = 0;
  const losses = new Losses(temporaryFolder(context), {
    now: () => new Date(nowMs),
    monotonicMs: () => monotonicMs,
  });
  losses.load(false);
  losses.add(loss);
  nowMs = Date.parse('2026-11-23');
  monotonicMs = 23 * hourMs;
  assert.equal(losses.fault()?.message, loss.message);
  monotonicMs = 25 * hourMs;
  nowMs = Date.parse('2024-01-01');
  assert.equal(losses.fault(), undefined);
});
