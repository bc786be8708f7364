import { createLog, type Log, type LogLevel } from '../../src/platform/log.ts';

/** A log whose lines a test can read: `warn    udp: …`. */
export function recordingLog(level: LogLevel = 'verbose'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = createLog({
    level,
    style: 'plain',
    now: () => new Date(0),
    writeLine: (line) => lines.push(line.replace(/^\S+ /, '')),
  });
  return { log, lines };
}
