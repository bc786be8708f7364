import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserEvent } from '../../../src/events/user-event.ts';
import { Inbox } from '../../../src/fan-out/inbox.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { userEvent } from '../../support/events.ts';
import { waitFor } from '../../support/wait-for.ts';

const numbered = (index: number) => userEvent({ userId: String(index) });

function inboxFor(accept: (event: UserEvent) => void | Promise<void>, capacity = 1000) {
  const failures: unknown[] = [];
  const inbox = new Inbox({
    sink: { name: 'test', accept },
    capacity,
    onFailure: (error) => failures.push(error),
    log: silentLog,
  });
  return { inbox, failures };
}

describe('Inbox', () => {
  test('keeps events until it is opened, and hands them over in order', async () => {
    const seen: string[] = [];
    const { inbox } = inboxFor(({ userId }) => void seen.push(userId), 5000);
    for (let index = 0; index < 3000; index += 1) inbox.put(numbered(index));
    assert.equal(inbox.length, 3000);
    inbox.open();
    assert.deepEqual(seen, [], 'handed over in the turn in which the event came');
    await inbox.drained(AbortSignal.timeout(5000));
    assert.deepEqual(
      seen,
      Array.from({ length: 3000 }, (_, index) => String(index)),
    );
  });

  test('when full, the oldest go and are counted', async () => {
    const seen: string[] = [];
    const { inbox } = inboxFor(({ userId }) => void seen.push(userId), 3);
    for (let index = 0; index < 10; index += 1) inbox.put(numbered(index));
    inbox.open();
    await inbox.drained(AbortSignal.timeout(5000));
    assert.deepEqual(seen, ['7', '8', '9']);
    assert.equal(inbox.dropped, 7);
  });

  test('offers the next event when the sink has done with the last', async () => {
    const running: (() => void)[] = [];
    const { inbox } = inboxFor(() => new Promise<void>((resolve) => running.push(resolve)));
    inbox.open();
    inbox.put(numbered(1));
    inbox.put(numbered(2));
    await waitFor('the first', () => running.length === 1);
    assert.equal(inbox.length, 1);
    running[0]?.();
    await waitFor('the second', () => running.length === 2);
  });

  test('tells the sink when it has all that is at hand, before the next sink’s turn', async () => {
    const order: string[] = [];
    const inboxes = ['one', 'two'].map(
      (name) =>
        new Inbox({
          sink: {
            name,
            accept: ({ userId }) => void order.push(`${name} ${userId}`),
            flush: () => {
              order.push(`${name} flushes`);
              throw new Error('thrown');
            },
          },
          capacity: 10,
          log: silentLog,
          onFailure: () => {},
        }),
    );
    for (const inbox of inboxes) {
      inbox.open();
      inbox.put(numbered(1));
      inbox.put(numbered(2));
    }
    await Promise.all(inboxes.map((inbox) => inbox.drained(AbortSignal.timeout(5000))));
    assert.deepEqual(order, ['one 1', 'one 2', 'one flushes', 'two 1', 'two 2', 'two flushes']);
  });

  test('goes on after a sink that threw or rejected', async () => {
    const seen: string[] = [];
    const { inbox, failures } = inboxFor(({ userId }) => {
      if (userId === '0') throw new Error('thrown');
      if (userId === '1') return Promise.reject(new Error('rejected'));
      seen.push(userId);
      return undefined;
    });
    inbox.open();
    for (let index = 0; index < 3; index += 1) inbox.put(numbered(index));
    await inbox.drained(AbortSignal.timeout(5000));
    assert.deepEqual(seen, ['2']);
    assert.deepEqual([inbox.failed, failures.length], [2, 2]);
  });

  test('draining ends at its deadline though the sink hangs', async () => {
    const { inbox } = inboxFor(() => new Promise(() => {}));
    inbox.open();
    inbox.put(numbered(1));
    const deadline = new AbortController();
    const drained = inbox.drained(deadline.signal);
    setTimeout(() => deadline.abort(), 20);
    await drained;
  });
});
