import { parseArgs } from 'node:util';
import { messageOf } from '../platform/errors.ts';
import { nearestName } from '../platform/nearest-name.ts';
import type { Environment } from './environment.ts';

/** One option of a command, as `--help` shows it and `parseArgs` reads it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** One letter that means the same. */
  readonly short?: string;
  /** What stands behind the option in the help, e.g. `FILE`. */
  readonly placeholder?: string;
  readonly help: string;
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** One command of `blinky`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name in the usage line. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What else there is to know; lines of the help. */
  readonly notes?: readonly string[];
  /** Lines at the end of the help. */
  readonly examples: readonly string[];
  /** @returns the exit status; throws UsageError for wrong arguments */
  run(input: CommandInput): Promise<number>;
}

export interface CommandInput {
  readonly positionals: readonly string[];
  readonly values: OptionValues;
  readonly environment: Environment;
}

/** The command line can't be understood; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the arguments behind a command's name.
 * @throws UsageError for an option the command does not have, or one without its value
 */
export function parseCommandArguments(command: Command, args: readonly string[]) {
  const options: Command['options'] = { ...command.options, ...everyOption };
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple = false, short }]) => [
          name,
          { type, multiple, ...(short !== undefined && { short }) },
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(explainParseError(error, options));
  }
}

/** parseArgs goes on to explain what no command here needs, and names no value but "value". */
function explainParseError(error: unknown, options: Command['options']): string {
  const message = messageOf(error);
  const name = /^Option '(?:-\w, )?--([\w-]+) <value>' argument/.exec(message)?.[1];
  if (name !== undefined) return `--${name} takes ${options[name]?.placeholder ?? 'a value'}`;
  const unknown = /^Unknown option '--([\w-]+)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, Object.keys(options));
    return `there is no option --${unknown}${nearest ? `; did you mean --${nearest}?` : ''}`;
  }
  return message.split(/\.(?:\s|$)/)[0] ?? message;
}

/** Options that every command has. */
const everyOption: Record<string, CommandOption> = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  version: { type: 'boolean', help: 'print the version' },
};

/** The text of `blinky COMMAND --help`. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...everyOption }).map(
    ([name, { placeholder, help }]) =>
      [`--${name}${placeholder ? ` ${placeholder}` : ''}`, help] as const,
  );
  const width = Math.max(...options.map(([option]) => option.length));
  return [
    `Usage: blinky ${command.name}${command.usage ? ` ${command.usage}` : ''}`,
    '',
    command.summary,
    '',
    'Options:',
    ...options.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`),
    ...(command.notes ? ['', ...command.notes] : []),
    ...(command.examples.length > 0 ? ['', 'Examples:'] : []),
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** The one value of an option that may be given once. */
export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every value of an option that may be given often. */
export function listOption(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/**
 * The whole number given for an option.
 * @throws UsageError when it is none, or out of range
 */
export function numberOption(
  values: OptionValues,
  name: string,
  { min, max, byDefault }: { min: number; max: number; byDefault: number },
): number {
  const text = textOption(values, name);
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
}

/**
 * The host and port of `--name HOST[:PORT]`; an IPv6 address with a port stands in brackets.
 * @throws UsageError when it is no such thing
 */
export function hostOption(
  values: OptionValues,
  name: string,
  byDefault: { host: string; port: number },
): { host: string; port: number } {
  const text = textOption(values, name);
  if (text === undefined) return byDefault;
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)|([^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? match?.[3];
  const port = match?.[4] === undefined ? byDefault.port : Number(match[4]);
  if (!host || port < 1 || port > 65_535) {
    throw new UsageError(`--${name} takes HOST or HOST:PORT, not "${text}"`);
  }
  return { host, port };
}

/** @throws UsageError when there are more positionals than the command takes */
export function refuseExtraArguments(positionals: readonly string[], most: number): void {
  const extra = positionals[most];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
}
