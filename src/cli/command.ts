import { parseArgs } from 'node:util';
import { messageOf } from '../platform/errors.ts';
import { nearestName } from '../platform/nearest-name.ts';
import type { Environment } from './environment.ts';

/** An option of a command, as shown by `--help` and read by `parseArgs`. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** One-letter alias. */
  readonly short?: string;
  /** Shown after the option in the help, e.g. `FILE`. */
  readonly placeholder?: string;
  readonly help: string;
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** A command of `blinky`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Shown after the name in the usage line. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Further lines of the help. */
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

/** The command line is invalid; the message says how to correct it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses the arguments after the command's name.
 * @throws UsageError for an unknown option, or an option without its value
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

/** Shortens what parseArgs says, and names the value that an option needs. */
function explainParseError(error: unknown, options: Command['options']): string {
  const message = messageOf(error);
  const name = /^Option '(?:-\w, )?--([\w-]+) <value>' argument/.exec(message)?.[1];
  if (name !== undefined)
    return `--${name} needs a value: --${name} ${options[name]?.placeholder ?? 'VALUE'}`;
  const unknown = /^Unknown option '--([\w-]+)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, Object.keys(options));
    return `unknown option --${unknown}${nearest ? `; did you mean --${nearest}?` : ''}`;
  }
  return message.split(/\.(?:\s|$)/)[0] ?? message;
}

/** Options common to all commands. */
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

/** Returns the value of an option that may be given once. */
export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns all values of an option that may be repeated. */
export function listOption(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/**
 * Returns the whole number given for an option.
 * @throws UsageError when it isn't one, or is out of range
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
  throw new UsageError(`--${name} must be a whole number from ${min} to ${max} (found "${text}")`);
}

/**
 * Returns the host and port of `--name HOST[:PORT]`; an IPv6 address with a port is in brackets.
 * @throws UsageError when it has another form
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
    throw new UsageError(`--${name} must be HOST or HOST:PORT (found "${text}")`);
  }
  return { host, port };
}

/** @throws UsageError when there are more positionals than the command takes */
export function refuseExtraArguments(positionals: readonly string[], most: number): void {
  const extra = positionals[most];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
}

/** Joins the choices of an option for a message: `a, b or c`. */
export function eitherOf(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
