import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Standing } from '../../../../src/access/fair-shares.ts';
import { BacklogBound, type WaitingClient } from '../../../../src/broker/clients/backlog-bound.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const kilobytes = 1024;

interface NamedClient extends WaitingClient {
  readonly name: string;
}

function client(
  name: string,
  kilobytesWaiting: number,
  network = name,
  standing: Standing = 'stranger',
): NamedClient {
  return {
    name,
    party: { key: network, standing },
    stream: { outgoing: { backlogBytes: kilobytesWaiting * kilobytes }, incomingBytes: 0 },
  };
}

/** The clients that are disconnected, in order, for this limit. */
function givenUp(mostKilobytes: number, clients: readonly NamedClient[]): string[] {
  const clock = new ManualClock();
  const connected = new Set(clients);
  const names: string[] = [];
  const bound = new BacklogBound<NamedClient>({
    mostBytes: mostKilobytes * kilobytes,
    clients: () => connected,
    giveUp: (one) => {
      names.push(one.name);
      connected.delete(one);
    },
    clock,
  });
  bound.watch();
  clock.advance(1000);
  bound.stop();
  return names;
}

describe('what waits for all clients together', () => {
  test('too much: the client with most is disconnected, and no more than necessary', () => {
    const clients = [client('little', 100), client('most', 500), client('much', 300)];
    assert.deepEqual(givenUp(450, clients), ['most']);
    assert.deepEqual(givenUp(350, clients), ['most', 'much']);
  });

  test('also among clients of one network', () => {
    const clients = [client('a', 100, 'home'), client('b', 300, 'home'), client('c', 350, 'work')];
    assert.deepEqual(givenUp(500, clients), ['b']);
  });

  test('anonymous clients come before signed-in users, however little they have', () => {
    const clients = [client('user', 500, 'anna', 'signedIn'), client('stranger', 100)];
    assert.deepEqual(givenUp(550, clients), ['stranger']);
  });

  test('nobody is disconnected while the total is within the limit', () => {
    assert.deepEqual(givenUp(900, [client('a', 500), client('b', 400)]), []);
  });

  test('a client with almost nothing is not affected', () => {
    const clients = [client('tiny', 10), client('b', 100), client('c', 100)];
    assert.deepEqual(givenUp(50, clients), ['b', 'c']);
  });
});
