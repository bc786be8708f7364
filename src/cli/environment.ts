/** What a command needs from the process that runs it; tests pass their own. */
export interface Environment {
  readonly version: string;
  /** How to call the program: `blinky` if installed, otherwise a command that works in the checkout. */
  readonly commandName: string;
  readonly processId: number;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks the user at the terminal; resolves with the line typed. */
  ask(question: string): Promise<string>;
  /** The same, without echoing what is typed. */
  askSecret(question: string): Promise<string>;
  /** Calls `onSignal` each time the process is asked to stop (SIGINT, SIGTERM, SIGHUP). */
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

/** Exit status of the program (78: sysexits.h, EX_CONFIG). */
export const exitStatus = { fine: 0, fault: 1, wrongUsage: 2, wrongConfiguration: 78 } as const;

/** Whether colours may be used (https://no-color.org). */
export function wantsColours(output: Output, variables: Environment['variables']): boolean {
  return output.isTerminal && !variables['NO_COLOR'] && variables['TERM'] !== 'dumb';
}
