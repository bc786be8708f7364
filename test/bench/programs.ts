import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const stopWithinMs = 8000;
const answerWithinMs = 60_000;

/** A program in a process of its own, which speaks in lines. */
export interface Program {
  readonly pid: number;
  /** The end of what it has written to its standard output and error so far. */
  readonly said: () => string;
  /** Resolves when it prints a line that matches; rejects when it ends or takes too long. */
  printed(pattern: RegExp): Promise<string>;
  /** Writes a line to it, and resolves with the next line of JSON that it prints. */
  ask(line: string): Promise<string>;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>;
  /** Asks it to end (SIGTERM), and insists (SIGKILL) when it does not. */
  stop(): Promise<void>;
}

/** A program that ended by itself, or did not say what it was to say; the message has its last words. */
export class ProgramError extends Error {}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line that it prints. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Starts programs, and sees to it that none is left behind. */
export class Programs {
  readonly #running = new Set<Program>();

  start(
    command: string,
    args: readonly string[],
    { onLine, ...options }: ProgramOptions = {},
  ): Program {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    const program = wrap(child, `${command} ${args.join(' ')}`, onLine);
    this.#running.add(program);
    void program.ended.then(() => this.#running.delete(program));
    return program;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.stop()));
  }
}

interface Waiting {
  readonly pattern: RegExp;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

function wrap(
  child: ChildProcess,
  name: string,
  onLine: ((line: string) => void) | undefined,
): Program {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error(`${name} has no pipes`);
  const waiting = new Set<Waiting>();
  let said = '';
  const remember = (text: string) => {
    said = (said + text).slice(-4000);
  };
  stdin.on('error', () => {});
  stderr.setEncoding('utf8').on('data', remember);
  createInterface({ input: stdout }).on('line', (line) => {
    onLine?.(line);
    remember(`${line}\n`);
    for (const one of waiting) {
      if (one.pattern.test(line)) one.resolve(line);
    }
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      remember(error.message);
      resolve();
    });
  });
  void ended.then(() => {
    for (const one of waiting) one.reject(new ProgramError(`${name} has ended; it said:\n${said}`));
  });

  const printed = async (pattern: RegExp): Promise<string> => {
    let one: Waiting | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        one = { pattern, resolve, reject };
        waiting.add(one);
        timer = setTimeout(
          () => reject(new ProgramError(`${name} printed no ${pattern}; it said:\n${said}`)),
          answerWithinMs,
        );
      });
    } finally {
      clearTimeout(timer);
      if (one) waiting.delete(one);
    }
  };

  return {
    pid: child.pid ?? 0,
    said: () => said,
    printed,
    ask: (line) => {
      // Its log may come between; answers are JSON.
      const answer = printed(/^[{[]/);
      stdin.write(`${line}\n`);
      return answer;
    },
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await Promise.race([once(child, 'exit'), ended]);
      clearTimeout(timer);
    },
  };
}
