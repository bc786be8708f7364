import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import type { Standing } from '../../../../src/access/fair-shares.ts';
import { DeliveryPace, type Receiver } from '../../../../src/broker/clients/delivery-pace.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function receiver(key: string, standing: Standing, ended: string[] = []): Receiver {
  return { party: { key, standing }, giveWay: () => ended.push(key) };
}

test('a few deliveries are made at once', () => {
  const pace = new DeliveryPace(new ManualClock());
  const done: number[] = [];
  const anna = receiver('anna', 'signedIn');
  for (let number = 0; number < 20; number += 1) pace.add(anna, () => done.push(number));
  assert.equal(done.length, 20);
});

test('many are made in several iterations, in order, users first', async () => {
  const pace = new DeliveryPace(new ManualClock());
  const done: string[] = [];
  const stranger = receiver('10.0.0.66', 'stranger');
  const anna = receiver('anna', 'signedIn');
  for (let number = 0; number < 1000; number += 1) {
    pace.add(stranger, () => done.push(`stranger ${number}`));
  }
  for (let number = 0; number < 10; number += 1) pace.add(anna, () => done.push(`anna ${number}`));
  const atOnce = done.length;
  assert.ok(atOnce > 0 && atOnce < 200, `${atOnce} at once`);
  let mostInOneIteration = 0;
  while (done.length < 1010) {
    const before = done.length;
    await nextIteration();
    mostInOneIteration = Math.max(mostInOneIteration, done.length - before);
  }
  assert.ok(mostInOneIteration <= 512, `${mostInOneIteration} in one iteration`);
  assert.deepEqual(
    done.slice(atOnce, atOnce + 10),
    Array.from({ length: 10 }, (_, number) => `anna ${number}`),
  );
  assert.deepEqual(
    done.filter((one) => one.startsWith('stranger')),
    Array.from({ length: 1000 }, (_, number) => `stranger ${number}`),
  );
});

test('if too much waits, a client of the party with most is disconnected', async () => {
  const pace = new DeliveryPace(new ManualClock());
  const ended: string[] = [];
  const done: string[] = [];
  const crowd = Array.from({ length: 10 }, () => receiver('10.0.0.66', 'stranger', ended));
  const lamp = receiver('10.0.0.7', 'stranger', ended);
  for (let number = 0; number < 60_000; number += 1) {
    const one = crowd[number % crowd.length];
    if (one) pace.add(one, () => done.push('crowd'));
    if (number % 1000 === 0) pace.add(lamp, () => done.push('lamp'));
  }
  assert.ok(ended.length > 0 && ended.every((key) => key === '10.0.0.66'));
  while (done.filter((one) => one === 'lamp').length < 60) await nextIteration();
});

test('a long iteration is followed by one with fewer deliveries', async () => {
  const clock = new ManualClock();
  const pace = new DeliveryPace(clock);
  const anna = receiver('anna', 'signedIn');
  /** How many of 5,000 deliveries are made in each iteration. */
  const inIterations = async (msOfDelivery: number) => {
    let done = 0;
    for (let number = 0; number < 5000; number += 1) {
      pace.add(anna, () => {
        done += 1;
        clock.advance(msOfDelivery);
      });
    }
    const counts: number[] = [];
    while (done < 5000) {
      const before = done;
      await nextIteration();
      counts.push(done - before);
    }
    return counts;
  };
  const quick = await inIterations(0);
  assert.ok(Math.max(...quick) > 256, `${Math.max(...quick)} in one iteration`);
  const slow = await inIterations(0.1);
  assert.ok((slow.at(-2) ?? 0) <= 32, `${slow.at(-2)} in one iteration`);
});

test('clients take turns, each with several messages at a time', async () => {
  const pace = new DeliveryPace(new ManualClock());
  const done: string[] = [];
  const [anna, berit] = [receiver('anna', 'signedIn'), receiver('berit', 'signedIn')];
  for (let number = 0; number < 200; number += 1) pace.add(anna, () => done.push('anna'));
  for (let number = 0; number < 40; number += 1) pace.add(berit, () => done.push('berit'));
  const atOnce = done.length;
  while (done.length < 240) await nextIteration();
  assert.deepEqual(done.slice(atOnce, atOnce + 68), [
    ...Array<string>(32).fill('anna'),
    ...Array<string>(32).fill('berit'),
    ...Array<string>(4).fill('anna'),
  ]);
});
