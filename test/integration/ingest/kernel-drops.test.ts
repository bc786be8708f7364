import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { kernelDrops } from '../../../src/ingest/udp-listener.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Sends `count` datagrams of 1,000 bytes from a separate process, while this one waits. */
function flood(port: number, count: number): void {
  const program = `
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${count};
    const next = () => left-- > 0 ? socket.send(Buffer.alloc(1000), ${port}, '127.0.0.1', next) : socket.close();
    next();`;
  const { status, stderr } = spawnSync(process.execPath, ['--eval', program]);
  assert.equal(status, 0, String(stderr));
}

test('counts only datagrams that arrived while nothing was read', async (context) => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 16 * 1024 });
  context.after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  let read = 0;
  socket.on('message', () => {
    read += 1;
  });
  assert.equal(kernelDrops(port), 0);
  // This process can't read meanwhile, and the buffer is small.
  flood(port, 500);
  await waitFor('what fitted', () => read + kernelDrops(port) === 500);
  assert.ok(kernelDrops(port) > 0);
});

test('is 0 for an unused port, and if the system does not report it', () => {
  assert.equal(kernelDrops(1), 0);
  assert.equal(kernelDrops(9997, ['/does/not/exist']), 0);
});
