import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrongSignIns } from '../../../src/access/wrong-sign-ins.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const digest = (text: string) => Buffer.from(text.padEnd(32));

test('what was wrong is remembered for the network that sent it', () => {
  const wrong = new WrongSignIns(new ManualClock());
  wrong.remember('192.0.2.1', digest('old'));
  assert.equal(wrong.has('192.0.2.1', digest('old')), true);
  assert.equal(wrong.has('192.0.2.1', digest('other')), false);
  assert.equal(wrong.has('192.0.2.2', digest('old')), false);
});

test('an hour later it is checked again, however often it was sent', () => {
  const clock = new ManualClock();
  const wrong = new WrongSignIns(clock);
  wrong.remember('192.0.2.1', digest('old'));
  for (let minute = 0; minute < 60; minute += 1) {
    clock.advance(60_000);
    assert.equal(wrong.has('192.0.2.1', digest('old')), true);
  }
  clock.advance(1);
  assert.equal(wrong.has('192.0.2.1', digest('old')), false);
  wrong.remember('192.0.2.1', digest('old'));
  assert.equal(wrong.has('192.0.2.1', digest('old')), true);
});

test('16 of one network: the least recently sent is dropped', () => {
  const wrong = new WrongSignIns(new ManualClock());
  wrong.remember('192.0.2.1', digest('old'));
  for (let index = 0; index < 16; index += 1) {
    assert.equal(wrong.has('192.0.2.1', digest('old')), true);
    wrong.remember('192.0.2.1', digest(`guess ${index}`));
  }
  assert.equal(wrong.has('192.0.2.1', digest('old')), true);
  assert.equal(wrong.has('192.0.2.1', digest('guess 0')), false);
  assert.equal(wrong.has('192.0.2.1', digest('guess 1')), true);
});

test('a thousand networks: the one quiet for longest is dropped', () => {
  const wrong = new WrongSignIns(new ManualClock());
  wrong.remember('192.0.2.1', digest('old'));
  wrong.remember('192.0.2.2', digest('old'));
  for (let index = 0; index < 999; index += 1) {
    assert.equal(wrong.has('192.0.2.1', digest('old')), true);
    wrong.remember(`10.0.${index >> 8}.${index & 255}`, digest('guess'));
  }
  assert.equal(wrong.has('192.0.2.1', digest('old')), true);
  assert.equal(wrong.has('192.0.2.2', digest('old')), false);
  assert.equal(wrong.has('10.0.0.0', digest('guess')), true);
});
