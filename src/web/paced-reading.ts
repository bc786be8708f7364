import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes of requests that are parsed in one turn of the event loop, of all connections together. */
const bytesPerTurn = 4096;

/** What one connection gets parsed at a time: some 60 of the smallest requests. */
const sliceBytes = 1024;

/** What may wait of one connection. Its socket is paused meanwhile, so only abuse gets there. */
const mostWaitingBytes = 262_144;

/** One connection whose bytes are handed to Node's HTTP parser slice by slice. */
interface Reading {
  readonly parse: (chunk: Buffer) => void;
  /** Takes the listeners off the socket. */
  readonly letGo: () => void;
  waiting: Buffer;
  /** Requests that are not answered yet. */
  open: number;
  last: IncomingMessage | undefined;
}

/**
 * Keeps requests from holding the event loop. Node parses all that a read brought (64 KB: more than
 * 2,000 small requests one behind the other) in one go. Here a connection's next bytes are parsed only
 * when its last request has been answered, and few bytes in a turn.
 */
export class PacedReading {
  readonly #readings = new Map<Socket, Reading>();
  readonly #ready = new Set<Socket>();
  #leftThisTurn = bytesPerTurn;
  #isTurnScheduled = false;

  /** Takes a connection that `server` has been given: reads in the place of its 'data' listener. */
  take(socket: Socket): void {
    const [parse, ...others] = socket.listeners('data');
    // Should a later Node read in another way, it reads without this.
    if (!parse || others.length > 0) return;
    const received = (chunk: Buffer) => this.#received(socket, reading, chunk);
    const goOn = () => this.#goOn(socket);
    const reading: Reading = {
      parse: parse as Reading['parse'],
      letGo: () => socket.off('data', received).off('drain', goOn).off('resume', goOn),
      waiting: Buffer.alloc(0),
      open: 0,
      last: undefined,
    };
    this.#readings.set(socket, reading);
    socket.off('data', reading.parse);
    socket.on('data', received).on('drain', goOn).on('resume', goOn);
    socket.once('close', () => this.#clear(socket));
  }

  /** A request has been parsed. */
  began(request: IncomingMessage, response: ServerResponse): void {
    const reading = this.#readings.get(request.socket);
    if (!reading) return;
    reading.open += 1;
    reading.last = request;
    response.once('close', () => {
      reading.open -= 1;
      this.#goOn(request.socket);
    });
  }

  /** Hands over a connection, with the bytes after its last request. */
  release(socket: Socket, head: Buffer): Buffer {
    const reading = this.#readings.get(socket);
    if (!reading) return head;
    this.#clear(socket);
    reading.letGo();
    return Buffer.concat([head, reading.waiting]);
  }

  #received(socket: Socket, reading: Reading, chunk: Buffer): void {
    if (reading.waiting.length > 0 || !this.#mayParse(socket, reading, chunk.length)) {
      this.#putBy(socket, reading, chunk);
      return;
    }
    this.#spend(chunk.length);
    reading.parse(chunk);
  }

  #putBy(socket: Socket, reading: Reading, chunk: Buffer): void {
    reading.waiting = Buffer.concat([reading.waiting, chunk]);
    if (reading.waiting.length > mostWaitingBytes) {
      socket.destroy();
      return;
    }
    socket.pause();
    this.#goOn(socket);
  }

  #goOn(socket: Socket): void {
    const reading = this.#readings.get(socket);
    if (!reading || reading.waiting.length === 0) return;
    this.#ready.add(socket);
    this.#scheduleTurn();
  }

  #turn(): void {
    this.#isTurnScheduled = false;
    this.#leftThisTurn = bytesPerTurn;
    for (const socket of [...this.#ready]) {
      if (this.#leftThisTurn < sliceBytes) break;
      this.#ready.delete(socket);
      const reading = this.#readings.get(socket);
      if (reading) this.#parseSlice(socket, reading);
    }
    if (this.#ready.size > 0) this.#scheduleTurn();
  }

  #parseSlice(socket: Socket, reading: Reading): void {
    const slice = reading.waiting.subarray(0, sliceBytes);
    if (slice.length === 0 || !this.#mayParse(socket, reading, slice.length)) return;
    reading.waiting = reading.waiting.subarray(slice.length);
    this.#spend(slice.length);
    reading.parse(slice);
    if (!this.#readings.has(socket)) return;
    if (reading.waiting.length > 0) this.#goOn(socket);
    else if (!isHeldByNode(socket)) socket.resume();
  }

  #mayParse(socket: Socket, { open, last }: Reading, length: number): boolean {
    if (socket.destroyed || isHeldByNode(socket) || socket.writableNeedDrain) return false;
    // The rest of a request whose body is still to come must not wait for its answer.
    if (open > 0 && last?.complete) return false;
    return length <= sliceBytes && length <= this.#leftThisTurn;
  }

  #spend(bytes: number): void {
    this.#leftThisTurn -= bytes;
    this.#scheduleTurn();
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    setImmediate(() => this.#turn());
  }

  #clear(socket: Socket): void {
    this.#readings.delete(socket);
    this.#ready.delete(socket);
  }
}

/** Node marks a socket whose answers pile up so, and its parser fails when it gets bytes then. */
const isHeldByNode = (socket: Socket): boolean => '_paused' in socket && socket._paused === true;
