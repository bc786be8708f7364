import { styleText } from 'node:util';

/** Butler's log levels, from the most important to the least. */
export const logLevels = ['error', 'warn', 'info', 'verbose', 'debug', 'silly'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line per call; `part` names the part that writes it. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  verbose(message: string): void;
  /**
   * What happens to each event, with its id. Undefined unless the level shows it: called as
   * `log.debug?.(…)`, the message is then not even built, and an event costs nothing extra.
   * Contains no names of people.
   */
  readonly debug: ((message: string) => void) | undefined;
  /**
   * What comes in and goes out, byte by byte, including names of people. Undefined like `debug`.
   */
  readonly silly: ((message: string) => void) | undefined;
  /** The same log, for another part. */
  for(part: string): Log;
}

/**
 * The format of a line: `terminal` with colours, `plain` with full times (a pipe or a file),
 * `journal` with systemd's priority prefix and no time, since the journal adds it (sd-daemon(3)).
 */
export type LogStyle = 'terminal' | 'plain' | 'journal';

export interface LogOptions {
  level: LogLevel;
  style: LogStyle;
  now: () => Date;
  writeLine: (line: string) => void;
  /** Texts that must never be logged, such as the passwords in the configuration. */
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

/**
 * Every Slack token starts with `xox` or `xapp`; none may get into a log, whatever message it is
 * in.
 */
const slackToken = /\bx(?:ox[a-z]|app)[-.][\w.-]+/g;

/** Anyone who knows the URL of a webhook can post to it. */
const webhookPath = /(https?:\/\/hooks\.[\w.-]+\/)[\w/-]+/g;

/** The user and password in an address. */
const addressPassword = /(:\/\/)[^\s/@]*:[^\s/]*@/g;

/** Line breaks and control characters would let a datagram forge a log line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Matches any of the texts literally. */
function anyOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  // The longest first: a shorter one may be its beginning.
  const longestFirst = [...texts].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map(literal).join('|'), 'g');
}

/** For an address, the beginning shows what the line is about. */
const hidden = (secret: string): string => {
  const origin = /^https?:\/\/[^\s/@]+\//.exec(secret)?.[0];
  return origin ? `${origin}…` : '(hidden)';
};

/** Creates the program's log. Lines less important than `level` are dropped. */
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

/** A log that discards everything. */
export const silentLog: Log = createLog({
  level: 'error',
  style: 'plain',
  now: () => new Date(0),
  writeLine: () => {},
});
