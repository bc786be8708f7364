import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** QEMU's machine protocol: one JSON object a line (QEMU Machine Protocol Specification). */
export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: ((answer: Answer) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line) as Answer;
      if ('return' in message || 'error' in message) this.#waiting.shift()?.(message);
    });
  }

  static async over(socket: Socket): Promise<Qmp> {
    const qmp = new Qmp(socket);
    await qmp.#execute({ execute: 'qmp_capabilities' });
    return qmp;
  }

  /** Runs a command of the human monitor, and resolves with what it prints. */
  async monitor(command: string): Promise<string> {
    const answer = await this.#execute({
      execute: 'human-monitor-command',
      arguments: { 'command-line': command },
    });
    return String(answer);
  }

  close(): void {
    this.#socket.destroy();
    for (const answer of this.#waiting.splice(0)) answer({ error: { desc: 'closed' } });
  }

  async #execute(request: object): Promise<unknown> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
    if (answer.error) throw new Error(`QEMU: ${answer.error.desc}`);
    return answer.return;
  }
}
