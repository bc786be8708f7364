import { createInterface } from 'node:readline/promises';
import type { Output, Surroundings } from './surroundings.ts';

function output(stream: NodeJS.WriteStream): Output {
  // Whoever reads our output may stop reading (`blinky watch | head`); that is no fault of ours.
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

/** The surroundings of the process that runs the program. */
export function processSurroundings(version: string): Surroundings {
  return {
    version,
    processId: process.pid,
    environment: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    ask: async (question) => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
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
