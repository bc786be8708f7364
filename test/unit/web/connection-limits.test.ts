import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { silentLog } from '../../../src/platform/log.ts';
import { ConnectionLimits } from '../../../src/web/connection-limits.ts';
import { NetworkRates } from '../../../src/web/network-rates.ts';
import { WebStatistics } from '../../../src/web/web-statistics.ts';
import { ManualClock } from '../../support/manual-clock.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function limits() {
  const clock = new ManualClock();
  const statistics = new WebStatistics();
  const admission = new NetworkRates({ statistics, clock, log: silentLog });
  const connections = new ConnectionLimits(admission, statistics);
  /** Opens a connection; the clock moves on, so that the rate is no matter. */
  const open = (address: string) => {
    clock.advance(20);
    const fake = new FakeSocket(address);
    const socket = fake as unknown as Socket;
    return { fake, socket, admitted: connections.admits(socket) };
  };
  const openMany = (count: number, address: string) =>
    Array.from({ length: count }, () => open(address));
  return { clock, statistics, connections, open, openMany };
}

describe('places for HTTP connections', () => {
  test('one network may have all of them while nobody else wants one', () => {
    const { statistics, open, openMany } = limits();
    assert.ok(openMany(500, '10.0.0.1').every(({ admitted }) => admitted));
    assert.equal(open('10.0.0.1').admitted, false);
    assert.equal(statistics.connections, 500);
    assert.equal(statistics.refused['too many connections'], 1);
  });

  test('a newcomer gets the oldest place of the network that has most, the idle ones first', () => {
    const { connections, statistics, open, openMany } = limits();
    const most = openMany(300, '10.0.0.1');
    openMany(200, '10.0.0.2');
    const answered = connections.busy(most[0]?.socket as Socket);
    assert.equal(open('10.0.0.3').admitted, true);
    assert.deepEqual(
      most.filter(({ fake }) => fake.destroyed),
      most.slice(1, 2),
    );
    answered();
    assert.equal(open('10.0.0.4').admitted, true);
    assert.equal(most[0]?.fake.destroyed, true);
    assert.equal(statistics.connections, 500);
  });

  test('who has as much as all others gets no more', () => {
    const { open, openMany } = limits();
    for (let host = 0; host < 50; host += 1) openMany(10, `10.0.1.${host}`);
    assert.equal(open('10.0.1.7').admitted, false);
    assert.equal(open('10.0.2.1').admitted, true);
  });

  test('this machine has places of its own', () => {
    const { open, openMany } = limits();
    for (let host = 0; host < 500; host += 1) open(`10.1.${host >> 8}.${host & 255}`);
    assert.ok(openMany(20, '127.0.0.1').every(({ admitted }) => admitted));
    assert.equal(open('127.0.0.1').admitted, false);
  });

  test('a connection that becomes a WebSocket, or closes, leaves its place', () => {
    const { connections, open, openMany } = limits();
    const [first, second] = openMany(500, '10.0.0.1');
    connections.release(first?.socket as Socket);
    second?.fake.destroy();
    assert.equal(open('10.0.0.1').admitted, true);
    assert.equal(open('10.0.0.1').admitted, true);
    assert.equal(open('10.0.0.1').admitted, false);
    first?.fake.destroy();
    assert.equal(open('10.0.0.1').admitted, false);
  });

  test('who connects too often waits', () => {
    const { clock, statistics, connections } = limits();
    const results = Array.from({ length: 300 }, () => {
      const socket = new FakeSocket('10.0.0.1');
      const admitted = connections.admits(socket as unknown as Socket);
      socket.destroy();
      return admitted;
    });
    assert.equal(results.filter((admitted) => admitted).length, 250);
    assert.equal(statistics.refused['connects too often'], 50);
    clock.advance(20);
    assert.equal(connections.admits(new FakeSocket('10.0.0.1') as unknown as Socket), true);
  });
});
