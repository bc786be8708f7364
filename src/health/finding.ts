/** One thing that was looked at. */
export interface Finding {
  /** What was looked at, e.g. `UDP port 9997`. */
  readonly name: string;
  readonly result: 'ok' | 'warn' | 'fault';
  /** What was found, in words. */
  readonly text: string;
  /** How to mend it; with every `warn` and `fault`. */
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
