import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Environment, Output } from './environment.ts';

function output(stream: NodeJS.WriteStream): Output {
  // The reader may close the pipe (`blinky watch | head`); that isn't an error.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    write: (text) => {
      stream.write(text);
    },
  };
}

async function ask(question: string, echo: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({
    input: process.stdin,
    output: echo,
    terminal: process.stdin.isTTY === true,
  });
  try {
    // If the input has ended, nobody can answer: the answer is empty.
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
}

/** Returns the environment of this process. */
export function processEnvironment(
  program: Pick<Environment, 'version' | 'commandName'>,
): Environment {
  return {
    ...program,
    processId: process.pid,
    variables: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    ask: (question) => ask(question, process.stdout),
    askSecret: async (question) => {
      process.stdout.write(question);
      // readline echoes what is typed to its output, so that output discards it.
      const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
      const answer = await ask('', unseen);
      process.stdout.write('\n');
      return answer;
    },
    onSignal: (onSignal) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => onSignal(signal));
      }
    },
    onCrash: (onCrash) => {
      process.on('uncaughtException', (error) => {
        onCrash(error);
        process.exit(1);
      });
    },
  };
}
