import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEndGuard } from '../../../../src/bridge/link/end-guard.ts';
import { InFlightLimit } from '../../../../src/bridge/link/publisher.ts';

describe('work over a connection', () => {
  test('ends with its own result, or with the reason why the connection ended', async () => {
    let end = (_reason: Error) => {};
    const unlessClosed = createEndGuard(
      new Promise<Error>((resolve) => {
        end = resolve;
      }),
    );
    assert.equal(await unlessClosed(Promise.resolve(1)), 1);
    await assert.rejects(unlessClosed(Promise.reject(new Error('its own'))), /its own/);
    const waiting = unlessClosed(new Promise(() => {}));
    end(new Error('cut'));
    await assert.rejects(waiting, /cut/);
    await assert.rejects(unlessClosed(Promise.resolve(1)), /cut/, 'it is too late');
    await assert.rejects(unlessClosed(Promise.reject(new Error('late'))), /cut/);
  });

  test('only so many are under way at a time, in order, whatever becomes of them', async () => {
    const limit = new InFlightLimit(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const results = Array.from({ length: 6 }, (_, number) =>
      limit.run(
        () =>
          new Promise((resolve, reject) => {
            begun.push(number);
            ends.push(number % 2 === 0 ? resolve : () => reject(new Error('refused')));
          }),
      ),
    );
    const settled = Promise.allSettled(results);
    for (let ended = 0; ended < 6; ended += 1) {
      assert.ok(begun.length <= ended + 2);
      ends[ended]?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled;
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  });
});
