import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RestorePace } from '../../../../src/broker/clients/restore-pace.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function create() {
  const clock = new ManualClock();
  const pace = new RestorePace({ subscriptionsPerSecond: 1000, clock });
  const done: string[] = [];
  const ask = (name: string, party: string, subscriptions: number, isGone = false) =>
    void pace.turn(party, subscriptions, () => isGone).then(() => done.push(name));
  return { clock, pace, done, ask };
}

describe('resuming sessions', () => {
  test('small ones resume at once, whatever waits', async () => {
    const { done, ask, clock } = create();
    for (let index = 0; index < 20; index += 1) ask(`large ${index}`, 'a', 5000);
    for (let index = 0; index < 20; index += 1) ask(`small ${index}`, 'a', 100);
    await turn();
    assert.equal(done.filter((name) => name.startsWith('small')).length, 20);
    assert.equal(done.filter((name) => name.startsWith('large')).length, 1);
    assert.equal(clock.pending, 1);
  });

  test('large ones resume at their rate, with networks taking turns', async () => {
    const { done, ask, clock } = create();
    for (let index = 0; index < 3; index += 1) ask(`crowd ${index}`, 'a', 1500);
    ask('honest', 'b', 2000);
    await turn();
    assert.deepEqual(done, ['crowd 0']);
    clock.advance(999);
    await turn();
    assert.equal(done.length, 1);
    clock.advance(1);
    await turn();
    assert.deepEqual(done, ['crowd 0', 'crowd 1']);
    clock.advance(1500);
    await turn();
    assert.deepEqual(done, ['crowd 0', 'crowd 1', 'honest']);
    clock.advance(10_000);
    await turn();
    assert.equal(clock.pending, 0);
    assert.equal(done.length, 4);
  });

  test('a client that has left meanwhile takes no time', async () => {
    const { done, ask, clock } = create();
    ask('first', 'a', 1500);
    for (let index = 0; index < 50; index += 1) ask(`gone ${index}`, 'a', 5000, true);
    ask('last', 'a', 5000);
    clock.advance(1000);
    await turn();
    assert.equal(done.at(-1), 'last');
    clock.advance(5000);
    assert.equal(clock.pending, 0);
  });
});
