import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { waitFor } from '../support/wait-for.ts';

export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** How long a broker may take to answer on a busy machine, ms. RabbitMQ takes ten seconds. */
const startWithinMs = 90_000;

/** Another broker as a program of its own, on a port of its own; what it holds survives its stops. */
export class PeerProcess {
  readonly port: number;
  readonly #command: PeerCommand;
  #process: ChildProcess | undefined;
  #output = '';

  constructor(port: number, command: PeerCommand) {
    this.port = port;
    this.#command = command;
  }

  async start(): Promise<void> {
    const { program, args, environment } = this.#command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.#process = child;
    await waitFor(
      program,
      () => {
        if (child.exitCode !== null) throw new Error(`it ended; it printed:\n${this.#output}`);
        return answers(this.port);
      },
      startWithinMs,
    );
  }

  /** Ends it as systemd does. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  }

  protected signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
