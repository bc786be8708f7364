import { readFileSync } from 'node:fs';

/** What a process took, from /proc (proc(5)); Linux only. */
export interface ProcessStatistics {
  readonly residentMb: number;
  /** The most memory it had since it started. */
  readonly peakMb: number;
  /** What it caused to be written to disk. */
  readonly writtenBytes: number;
}

/** Undefined when there is no such process, or not any more. */
export function statisticsOf(pid: number): ProcessStatistics | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const io = readFileSync(`/proc/${pid}/io`, 'utf8');
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN);
    const statistics = {
      residentMb: (kilobytes('VmRSS') * 1024) / 1e6,
      peakMb: (kilobytes('VmHWM') * 1024) / 1e6,
      writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? Number.NaN),
    };
    // What has ended and is not yet waited for has no memory.
    return Number.isNaN(statistics.peakMb) ? undefined : statistics;
  } catch {
    return undefined;
  }
}
