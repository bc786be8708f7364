import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundled } from './bundle.ts';
import { launcherOptions } from './launcher-options.ts';
import { waitFor } from './wait-for.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program of this repository in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** Everything it has written to its standard output and error so far. */
  readonly output: () => string;
  /** Resolves with its exit status, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves with the match once `pattern` is in its output. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `node FILE args…` with TypeScript; it is killed when the test ends. */
export function startChild(
  context: TestContext,
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Child {
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  return startNode(context, ['--import', tsx, `${root}${file}`, ...args], options);
}

/** The same, for a file that is started often: bundled and run as the package for the Pi does it. */
export async function startBundled(
  context: TestContext,
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  const bundle = await bundled(file);
  const nodeOptions = ['--enable-source-maps', ...launcherOptions()];
  return startNode(context, [...nodeOptions, bundle, ...args], options);
}

function startNode(context: TestContext, args: readonly string[], options: ChildOptions): Child {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown',
  );
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    output: () => output,
    ended,
    printed: (pattern) =>
      waitFor(`${pattern} in the output`, () => pattern.exec(output) ?? undefined, 20_000).catch(
        (error: Error) => {
          throw new Error(`${error.message}; it printed:\n${output}`);
        },
      ),
  };
}
