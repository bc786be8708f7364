import { readFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';

/** What the measurements depend on besides the programs. */
export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly kernel: string;
  readonly node: string;
  /** The largest receive buffer that a program may ask for, bytes; 0 where it can't be told. */
  readonly receiveBufferLimit: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? arch(),
    cpus: cpus().length,
    kernel: release(),
    node: process.version,
    receiveBufferLimit: receiveBufferLimit(),
  };
}

function receiveBufferLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  } catch {
    return 0;
  }
}
