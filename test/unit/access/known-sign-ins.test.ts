import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownSignIns } from '../../../src/access/known-sign-ins.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const anna = { name: 'anna', passwordHash: '' };
const digest = (text: string) => Buffer.from(text.padEnd(32));

test('a user is recognized by network, name and password together', () => {
  const known = new KnownSignIns(new ManualClock());
  known.remember('192.0.2.1', digest('right'), anna);
  assert.equal(known.find('192.0.2.1', 'anna', digest('right')), anna);
  assert.equal(known.find('192.0.2.2', 'anna', digest('right')), undefined);
  assert.equal(known.find('192.0.2.1', 'berta', digest('right')), undefined);
  assert.equal(known.find('192.0.2.1', 'anna', digest('wrong')), undefined);
});

test('another sign-in by the user gives guessers no further comparisons', () => {
  const known = new KnownSignIns(new ManualClock());
  known.remember('192.0.2.1', digest('right'), anna);
  for (let index = 0; index < 2000; index += 1) {
    known.find('192.0.2.1', 'anna', digest(`wrong ${index}`));
  }
  known.remember('192.0.2.1', digest('right'), anna);
  assert.equal(known.find('192.0.2.1', 'anna', digest('right')), undefined);
});
