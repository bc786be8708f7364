import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { WebSocketStream } from '../../../../src/broker/listeners/web-socket-stream.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

/** As much of a WebSocket as the stream uses; it remembers what was sent. */
class FakeSocket extends EventEmitter {
  readonly sent: string[] = [];
  readonly OPEN = 1;
  readyState = this.OPEN;
  isPaused = false;
  closedWith: number | undefined;

  send(bytes: Buffer, done: () => void): void {
    this.sent.push(bytes.toString());
    setImmediate(done);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code?: number): void {
    this.closedWith = code ?? 1000;
    this.readyState = 2;
  }
  terminate(): void {
    this.emit('close');
  }
}

function createStream() {
  const socket = new FakeSocket();
  const clock = new ManualClock();
  const stream = new WebSocketStream(socket as unknown as WebSocket, clock);
  return { socket, clock, stream };
}

describe('a WebSocket as a stream', () => {
  test('the first bytes are sent at once; those of the next 15 ms are sent together, in order', async () => {
    const { socket, clock, stream } = createStream();
    stream.write('a');
    assert.deepEqual(socket.sent, ['a']);
    await turn();
    for (const piece of ['b', 'c', 'd']) stream.write(piece);
    await turn();
    clock.advance(14);
    assert.deepEqual(socket.sent, ['a']);
    clock.advance(1);
    await turn();
    clock.advance(15);
    await turn();
    assert.equal(socket.sent.join(''), 'abcd');
    assert.ok(socket.sent.length <= 3);
  });

  test('after a quiet time nothing waits', async () => {
    const { socket, clock, stream } = createStream();
    for (const piece of ['a', 'b', 'c']) {
      stream.write(piece);
      await turn();
      clock.advance(20);
    }
    assert.deepEqual(socket.sent, ['a', 'b', 'c']);
  });

  test('what arrives is read as bytes; text is refused (MQTT 3.1.1, section 6)', async () => {
    const { socket, stream } = createStream();
    socket.emit('message', Buffer.from('ab'), true);
    socket.emit('message', [Buffer.from('c'), Buffer.from('d')], true);
    await once(stream, 'readable');
    assert.equal(String(stream.read()), 'abcd');
    socket.emit('message', Buffer.from('text'), false);
    assert.equal(socket.closedWith, 1003);
  });

  test('a slow reader makes the sender wait', () => {
    const { socket, stream } = createStream();
    socket.emit('message', Buffer.alloc(64 * 1024), true);
    assert.equal(socket.isPaused, true);
    stream.read();
    assert.equal(socket.isPaused, false);
  });

  test('a closed socket ends the stream, and nothing more is sent', async () => {
    const { socket, clock, stream } = createStream();
    stream.write('a');
    await turn();
    stream.write('b');
    socket.emit('close');
    await once(stream, 'close');
    clock.advance(100);
    assert.deepEqual(socket.sent, ['a']);
    assert.equal(clock.pending, 0);
  });

  test('frames without data are limited; a normal number is not', () => {
    const { socket, clock, stream } = createStream();
    for (let time = 0; time < 100; time += 1) {
      socket.emit('ping', Buffer.alloc(0));
      clock.advance(1000);
    }
    assert.equal(stream.destroyed, false);
    const kinds = [
      () => socket.emit('ping', Buffer.alloc(0)),
      () => socket.emit('pong', Buffer.alloc(0)),
      () => socket.emit('message', Buffer.alloc(0), true),
    ];
    for (let time = 0; time < 20; time += 1) kinds[time % 3]?.();
    assert.equal(stream.destroyed, false);
    kinds[0]?.();
    assert.equal(stream.destroyed, true);
  });

  test('text after a refusal ends the connection at once', () => {
    const { socket, stream } = createStream();
    socket.emit('message', Buffer.from('a'), false);
    assert.equal(socket.closedWith, 1003);
    assert.equal(stream.destroyed, false);
    socket.emit('message', Buffer.from('a'), false);
    assert.equal(stream.destroyed, true);
  });
});
