import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';

type Done = (error?: Error | null) => void;

/** The minimum interval between messages to one client (ms): shorter than a frame on a screen. */
const apartMs = 15;

/** The buffer of the stream for its reader, and for its socket, bytes. */
const highWaterMark = 16 * 1024;

/** Frames without data for MQTT: pings, pongs, empty messages. Clients send one per 30 s. */
const emptyFrames = { burst: 20, everyMs: 1000 };

/**
 * A WebSocket as a stream of bytes, as MQTT requires (MQTT 3.1.1, section 6). A broker writes each
 * packet in several small pieces, and hundreds of packets a second in a flood. The first is sent at
 * once; what is written within a short time after it is sent as one message: with hundreds of
 * clients, a frame and a system call for each piece would cost more than everything else.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #emptyFrames: RateLimit;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #cancelSend: (() => void) | undefined;

  constructor(socket: WebSocket, clock: Clock) {
    super({ highWaterMark });
    this.#socket = socket;
    this.#clock = clock;
    this.#emptyFrames = new RateLimit(emptyFrames, clock);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = bytesOf(data);
      if (!isBinary) this.#refuseText();
      else if (bytes.length === 0) this.#receivedNothing();
      else if (!this.push(bytes)) socket.pause();
    });
    socket.on('ping', () => this.#receivedNothing());
    socket.on('pong', () => this.#receivedNothing());
    socket.on('close', () => this.destroy());
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  // Until `done` is called, the stream buffers writes, and passes them to _writev.
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#sendInTurn(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    this.#sendInTurn(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelSend?.();
    this.#socket.terminate();
    done(error);
  }

  /**
   * MQTT 3.1.1, section 6: only binary messages. A client that sends more text does not wait for
   * the close.
   */
  #refuseText(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close(1003);
    else this.destroy();
  }

  #receivedNothing(): void {
    if (this.#emptyFrames.take() > 0) this.destroy();
  }

  #sendInTurn(bytes: Buffer, done: Done): void {
    const send = () => {
      this.#sentAtMs = this.#clock.monotonicMs();
      this.#socket.send(bytes, done);
    };
    const waitMs = this.#sentAtMs + apartMs - this.#clock.monotonicMs();
    if (waitMs <= 0) send();
    else this.#cancelSend = this.#clock.schedule(waitMs, send);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
