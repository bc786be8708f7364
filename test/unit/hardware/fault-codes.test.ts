import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { faultCode, faultCodes } from '../../../hardware/fault-codes.ts';

const readme = readFileSync(new URL('../../../hardware/README.md', import.meta.url), 'utf8');

test('the numbers are public and stay as they are', () => {
  assert.deepEqual(
    faultCodes.map(({ flashes, name }) => [flashes, name]),
    [
      [1, 'network'],
      [2, 'events'],
      [3, 'configuration'],
      [4, 'storage'],
      [5, 'broker'],
      [6, 'slack'],
      [7, 'remote-broker'],
      [8, 'web'],
      [0, 'lights'],
    ],
  );
});

test('the guide has the same table', () => {
  const header = '| red flashes | what it means | what to do |';
  const rows = readme.slice(readme.indexOf(header)).split('\n\n', 1)[0]?.split('\n').slice(2);
  assert.deepEqual(
    rows,
    faultCodes.map(
      ({ flashes, meaning, remedy }) =>
        `| ${flashes === 0 ? 'none: see the page' : flashes} | ${meaning} | ${remedy} |`,
    ),
  );
});

test('a code is found by its name', () => {
  assert.equal(faultCode('slack').flashes, 6);
});
