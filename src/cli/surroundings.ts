/** The world as a command sees it; the process's own edge hands it in. */
export interface Surroundings {
  readonly version: string;
  /** The command that runs the program here: `blinky` where it is installed, else `node …/blinky.js`. */
  readonly commandName: string;
  readonly processId: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks the person at the terminal, and resolves with the line typed. */
  ask(question: string): Promise<string>;
  /** The same, without showing what is typed. */
  askSecret(question: string): Promise<string>;
  /** Calls `onSignal` each time the process is asked to end (SIGINT, SIGTERM, SIGHUP). */
  onSignal(onSignal: (signal: string) => void): void;
  /** Calls `onCrash` when a bug is about to end the process. It must act before it returns. */
  onCrash(onCrash: (error: unknown) => void): void;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  write(text: string): void;
}

/** Exit status of the program, as in the product's contract (78: sysexits.h, EX_CONFIG). */
export const exitStatus = { fine: 0, fault: 1, wrongUsage: 2, wrongConfiguration: 78 } as const;

/** Whether colours may be used (https://no-color.org). */
export function wantsColours(output: Output, environment: Surroundings['environment']): boolean {
  return output.isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}
