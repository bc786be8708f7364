import { readdirSync, readFileSync } from 'node:fs';

/** What processes use, read from /proc (proc(5)); Linux only. */
export interface Usage {
  /** Resident memory, bytes. */
  readonly residentBytes: number;
  /** CPU time spent so far in user and kernel mode, ms. */
  readonly cpuMs: number;
  /** How often a thread gave up the CPU to wait, so far: each is a later wake-up. */
  readonly waits: number;
}

/** USER_HZ, in which /proc tells times; 100 on every Linux architecture that Node runs on. */
const ticksPerSecond = 100;

/** What the processes and all that they started use together. */
export function usageOf(pids: readonly number[]): Usage {
  const total = { residentBytes: 0, cpuMs: 0, waits: 0 };
  for (const pid of withDescendants(pids)) {
    const fields = statFields(pid);
    // utime and stime are fields 14 and 15 of proc_pid_stat(5); ours begin with the third.
    total.cpuMs += ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
    const status = read(`/proc/${pid}/status`);
    total.residentBytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    for (const thread of list(`/proc/${pid}/task`)) {
      const threadStatus = read(`/proc/${pid}/task/${thread}/status`);
      total.waits += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(threadStatus)?.[1] ?? 0);
    }
  }
  return total;
}

function withDescendants(pids: readonly number[]): Set<number> {
  const parentOf = new Map(
    list('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statFields(Number(name))[1])] as const),
  );
  const family = new Set(pids);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid, parent] of parentOf) if (family.has(parent)) family.add(pid);
  }
  return family;
}

/** The fields after the command name, which may itself hold blanks and parentheses. */
function statFields(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Processes come and go while one looks: what has gone reads as nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
