import { createLog, type Log } from '../../src/platform/log.ts';

/** A log whose lines a test can read: `warn    udp: …`. */
export function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = createLog({
    level: 'silly',
    style: 'plain',
    now: () => new Date(0),
    writeLine: (line) => lines.push(line.replace(/^\S+ /, '')),
  });
  return { log, lines };
}
