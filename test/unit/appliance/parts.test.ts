import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PartDescription } from '../../../src/appliance/part.ts';
import { inOrder, parts } from '../../../src/appliance/parts.ts';
import { shownFault } from '../../../src/health/shown-fault.ts';

/** How often the red light flashes for each part whose faults need a person; 0: the page says it. */
const flashesOf = new Map([
  ['configuration', 3],
  ['state', 4],
  ['lights', 0],
  ['udp', 2],
  ['mqtt', 5],
  ['mqtt tls', 5],
  ['upstream', 7],
  ['upstream outbox', 4],
  ['slack', 6],
  ['slack outbox', 4],
  ['web', 8],
  ['satellite', 7],
  ['button', 0],
  ['network', 1],
]);
/** No fault that they report needs a person; a bug that keeps them from starting is in the log. */
const needNobody = [
  'clock',
  'home assistant',
  'sign-in',
  'mqtt limits',
  'active users',
  'start guard',
];

describe('the table of parts', () => {
  test('every part is there once, with a label of its own', () => {
    const names = parts.map(({ name }) => name);
    assert.deepEqual(new Set(names), new Set([...flashesOf.keys(), ...needNobody]));
    assert.equal(new Set(names).size, names.length);
    const labels = parts.map(({ label }) => label);
    assert.ok(
      labels.every((label) => /^[A-Z].*[a-zA-Z]$/.test(label)),
      labels.join(', '),
    );
    assert.equal(new Set(labels).size, labels.length);
  });

  for (const [part, flashes] of flashesOf) {
    const what = flashes === 0 ? 'does not flash' : `flashes ${flashes} times`;
    test(`a fault of ${part} that needs a person: the red light ${what}`, () => {
      const row: PartDescription | undefined = parts.find(({ name }) => name === part);
      assert.ok(row?.faultCode, 'it has no fault code');
      const fault = { part, state: 'fault' as const, since: '', message: '', needsPerson: true };
      assert.equal(shownFault([fault], parts)?.flashes ?? 0, flashes);
    });
  }

  test('parts start in the order of the table, however they were made', () => {
    const made = [
      { name: 'web' },
      { name: 'network' },
      { name: 'state' },
      { name: 'mqtt' },
    ] as const;
    assert.deepEqual(
      inOrder(made).map(({ name }) => name),
      ['state', 'mqtt', 'web', 'network'],
    );
  });
});
