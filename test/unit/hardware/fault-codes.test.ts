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
      [0, 'button'],
    ],
  );
});

test('the guide has the same table', () => {
  const rows = readme
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const header = rows.findIndex(([first]) => first === 'red flashes');
  assert.deepEqual(
    rows.slice(header + 2),
    faultCodes.map(({ flashes, meaning, remedy }) => [
      flashes === 0 ? 'none: see the page' : String(flashes),
      meaning,
      remedy,
    ]),
  );
});

test('a code is found by its name', () => {
  assert.equal(faultCode('slack').flashes, 6);
});
