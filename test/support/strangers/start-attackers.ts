import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundled } from '../bundle.ts';
import type { AttackerOptions } from './attacker.ts';

/** Strangers at work, in a process of their own. */
export interface Attackers {
  readonly name: string;
  /** What they did and met so far. */
  report(): Promise<Readonly<Record<string, number>>>;
  /** Calls them off; resolves when their process has ended. */
  stop(): Promise<void>;
}

/** Starts an attack. */
export async function startAttackers(options: AttackerOptions): Promise<Attackers> {
  const file = await bundled('test/support/strangers/attacker.ts');
  const child: ChildProcess = spawn(process.execPath, [file, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('an attacker has no pipes');
  stdin.on('error', () => {});
  const ended = once(child, 'close');
  const lines = createInterface({ input: stdout });
  let latest: Readonly<Record<string, number>> = {};
  lines.on('line', (line) => {
    latest = JSON.parse(line);
  });
  return {
    name: options.attack,
    report: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return latest;
      stdin.write('\n');
      await Promise.race([once(lines, 'line'), ended]);
      return latest;
    },
    stop: async () => {
      stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** How long attackers may take to close their connections, ms. */
const stopWithinMs = 3000;
