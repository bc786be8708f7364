import { closeSync, constants } from 'node:fs';
import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';

/** The part of the package koffi that is used here: it calls functions of the C library. */
export interface KoffiLibrary {
  /** Opens the library that the process has already loaded, so it works with glibc and musl. */
  load(path: null): { func(prototype: string): (...args: unknown[]) => unknown };
  /** The error number of the last call. */
  errno(): number;
}

/** System calls that Node doesn't offer. Each throws an error with the system's `code`. */
export interface Libc {
  /** Fills in `argument`. */
  ioctl(descriptor: number, request: number, argument: Buffer): void;
  /**
   * Reads the descriptor whenever there is data, drops the data and calls `onRead`.
   * `onFailure` is called once when it can't be read any more. The returned function stops it.
   */
  watch(descriptor: number, onRead: () => void, onFailure: (error: unknown) => void): () => void;
}

/** include/uapi/asm-generic/fcntl.h, the same on all architectures of Pis and PCs. */
const getStatusFlags = 3;
const setStatusFlags = 4;
const closeOnExec = 0o2000000;

/** The C library through koffi. */
export function libcOf(koffi: KoffiLibrary): Libc {
  const library = koffi.load(null);
  const failure = (call: string) => {
    const code = getSystemErrorName(-koffi.errno());
    return Object.assign(new Error(`${call}: ${code}`), { code });
  };
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  return {
    ioctl: (descriptor, request, argument) => {
      // Called for each change of a light: nothing is allocated here unless it fails.
      if (ioctl(descriptor, request, 'void *', argument) === 0) return;
      throw failure(`ioctl 0x${request.toString(16)}`);
    },
    watch: (descriptor, onRead, onFailure) => {
      const call = (prototype: string, ...args: unknown[]): number => {
        const result = library.func(prototype)(...args);
        if (typeof result !== 'number' || result < 0) throw failure(prototype);
        return result;
      };
      // Node can only wait for pipes and sockets. So it gets a pipe, which is replaced by
      // `descriptor` before Node reads it for the first time.
      const ends: [number, number] = [-1, -1];
      call('int pipe2(_Out_ int *ends, int flags)', ends, closeOnExec);
      const socket = new Socket({ fd: ends[0], readable: true, writable: false });
      closeSync(ends[1]);
      try {
        const fcntl = 'int fcntl(int fd, int command, ...)';
        const flags = call(fcntl, descriptor, getStatusFlags);
        call(fcntl, descriptor, setStatusFlags, 'int', flags | constants.O_NONBLOCK);
        call('int dup3(int from, int to, int flags)', descriptor, ends[0], closeOnExec);
      } catch (error) {
        socket.destroy();
        throw error;
      }
      return readOn(socket, onRead, onFailure);
    },
  };
}

function readOn(
  socket: Socket,
  onRead: () => void,
  onFailure: (error: unknown) => void,
): () => void {
  let isWatching = true;
  const fail = (error: unknown) => {
    if (!isWatching) return;
    isWatching = false;
    onFailure(error);
  };
  socket.on('data', () => {
    if (isWatching) onRead();
  });
  socket.on('error', fail);
  socket.on('end', () => fail(new Error('closed by the kernel')));
  return () => {
    isWatching = false;
    socket.destroy();
  };
}
