/** The result of one check. */
export interface Finding {
  /** What was checked, e.g. `UDP port 9997`. */
  readonly name: string;
  readonly result: 'ok' | 'warn' | 'fault';
  /** What was found. */
  readonly text: string;
  /** How to fix it; present with every `warn` and `fault`. */
  readonly remedy?: string;
}

export const ok = (name: string, text: string): Finding => ({ name, result: 'ok', text });

export const warn = (name: string, text: string, remedy: string): Finding => ({
  name,
  result: 'warn',
  text,
  remedy,
});

export const fault = (name: string, text: string, remedy: string): Finding => ({
  name,
  result: 'fault',
  text,
  remedy,
});
