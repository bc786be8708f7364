import { styleText } from 'node:util';

/** Butler's log levels, from the most important to the least. */
export const logLevels = ['error', 'warn', 'info', 'verbose', 'debug', 'silly'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line per call; `part` names who is speaking. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  verbose(message: string): void;
  /**
   * What happens to each event, with its id. Undefined unless the level shows it: written
   * `log.debug?.(…)`, what follows is not even put together then, and an event costs nothing more.
   * No names of people.
   */
  readonly debug: ((message: string) => void) | undefined;
  /** What goes in and out, byte by byte, names of people included. Undefined like `debug`. */
  readonly silly: ((message: string) => void) | undefined;
  /** The same log, speaking for another part. */
  for(part: string): Log;
}

/**
 * How a line is dressed: `terminal` with colours, `plain` with full times (a pipe or a file),
 * `journal` with systemd's priority prefix and no time, which the journal adds itself
 * (sd-daemon(3)).
 */
export type LogStyle = 'terminal' | 'plain' | 'journal';

export interface LogOptions {
  level: LogLevel;
  style: LogStyle;
  now: () => Date;
  writeLine: (line: string) => void;
  /** Texts that no line may hold, such as the passwords of the configuration. */
  secrets?: readonly string[];
}

/** syslog(3) priorities as the journal reads them from the `<N>` prefix. */
const journalPriority: Record<LogLevel, number> = {
  error: 3,
  warn: 4,
  info: 6,
  verbose: 6,
  debug: 7,
  silly: 7,
};

const terminalColour = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  verbose: 'cyan',
  debug: 'blue',
  silly: 'gray',
} as const satisfies Record<LogLevel, string>;

const formatters: Record<LogStyle, (level: LogLevel, text: string, now: Date) => string> = {
  terminal: (level, text, now) =>
    `${styleText('gray', now.toTimeString().slice(0, 8))} ${styleText(terminalColour[level], level.padEnd(7))} ${text}`,
  plain: (level, text, now) => `${now.toISOString()} ${level.padEnd(7)} ${text}`,
  journal: (level, text) => `<${journalPriority[level]}>${text}`,
};

/** Every Slack token starts `xox` or `xapp`; none may reach a log, however it got into a message. */
const slackToken = /\bx(?:ox[a-z]|app)[-.][\w.-]+/g;

/** Who knows the URL of a webhook may post. */
const webhookPath = /(https?:\/\/hooks\.[\w.-]+\/)[\w/-]+/g;

/** The user and password in an address. */
const addressPassword = /(:\/\/)[^\s/@]*:[^\s/]*@/g;

/** Line breaks and control characters would let a datagram forge a log line of its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Matches each of the texts, letter by letter. */
function anyOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  // The longest first: another may be the beginning of it.
  const longestFirst = [...texts].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map(literal).join('|'), 'g');
}

/** Of an address the beginning says what the line is about. */
const hidden = (secret: string): string => {
  const origin = /^https?:\/\/[^\s/@]+\//.exec(secret)?.[0];
  return origin ? `${origin}…` : '(hidden)';
};

/** Makes the log of the program. Lines less important than `level` are dropped. */
export function createLog(options: LogOptions): Log {
  const threshold = logLevels.indexOf(options.level);
  const format = formatters[options.style];
  const secrets = anyOf(options.secrets ?? []);

  const forPart = (part: string): Log => {
    const shows = (level: LogLevel) => logLevels.indexOf(level) <= threshold;
    const write = (level: LogLevel) => (message: string) => {
      if (!shows(level)) return;
      const safe = (secrets ? message.replace(secrets, hidden) : message)
        .replace(slackToken, 'xox…')
        .replace(webhookPath, '$1…')
        .replace(addressPassword, '$1…@')
        .replace(controlCharacters, ' ');
      options.writeLine(format(level, part ? `${part}: ${safe}` : safe, options.now()));
    };
    return {
      error: write('error'),
      warn: write('warn'),
      info: write('info'),
      verbose: write('verbose'),
      debug: shows('debug') ? write('debug') : undefined,
      silly: shows('silly') ? write('silly') : undefined,
      for: forPart,
    };
  };
  return forPart('');
}

/** A log that says nothing. */
export const silentLog: Log = createLog({
  level: 'error',
  style: 'plain',
  now: () => new Date(0),
  writeLine: () => {},
});
