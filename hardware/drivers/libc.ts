import { closeSync, constants } from 'node:fs';
import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';

/** The part of the package koffi that is used here: calling functions of the C library. */
export interface KoffiLibrary {
  /** Opens what the process has loaded already, so it works with glibc and musl alike. */
  load(path: null): { func(prototype: string): (...args: unknown[]) => unknown };
  /** The error number of the last call. */
  errno(): number;
}

/** What Node itself has no way to ask of the kernel. Each throws an error with the system's `code`. */
export interface Libc {
  /** Fills `argument` in. */
  ioctl(descriptor: number, request: number, argument: Buffer): void;
  /**
   * Reads the descriptor whenever there is something, drops that and calls `onRead`.
   * `onFailure` is called once when it can't be read any more. The returned function ends it.
   */
  watch(descriptor: number, onRead: () => void, onFailure: (error: unknown) => void): () => void;
}

/** include/uapi/asm-generic/fcntl.h, the same on every architecture that Pis and PCs have. */
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
      // Called for each change of a light: nothing is made here unless it fails.
      if (ioctl(descriptor, request, 'void *', argument) === 0) return;
      throw failure(`ioctl 0x${request.toString(16)}`);
    },
    watch: (descriptor, onRead, onFailure) => {
      const call = (prototype: string, ...args: unknown[]): number => {
        const result = library.func(prototype)(...args);
        if (typeof result !== 'number' || result < 0) throw failure(prototype);
        return result;
      };
      // Node waits for pipes and sockets, and takes nothing else. So it gets a pipe, and before it
      // looks there for the first time, `descriptor` takes the place of that pipe.
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
  socket.on('end', () => fail(new Error('the kernel has closed it')));
  return () => {
    isWatching = false;
    socket.destroy();
  };
}
