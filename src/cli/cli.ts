import { ConfigError, describeProblem } from '../config/problem.ts';
import { nearestName } from '../platform/nearest-name.ts';
import { appenderCommand } from './appender.ts';
import { checkCommand } from './check.ts';
import { type Command, commandHelp, parseCommandArguments, UsageError } from './command.ts';
import { configCommand } from './config.ts';
import { type Environment, exitStatus } from './environment.ts';
import { passwdCommand } from './passwd.ts';
import { runCommand } from './run.ts';
import { sendCommand } from './send.ts';
import { watchCommand } from './watch.ts';

/** All commands, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  runCommand,
  sendCommand,
  watchCommand,
  checkCommand,
  appenderCommand,
  configCommand,
  passwdCommand,
];

/** Runs the command named by the arguments; resolves with the exit status. */
export async function runCommandLine(
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const { stdout, stderr } = environment;
  // `blinky help send` means `blinky send --help`.
  if (args[0] === 'help' && args[1] !== undefined) {
    return runCommandLine([args[1], '--help'], environment);
  }
  const [first] = args;
  if (first === '--version' || first === '-v') {
    stdout.write(`${environment.version}\n`);
    return exitStatus.fine;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    stdout.write(overview());
    return exitStatus.fine;
  }

  const isNamed = first !== undefined && !first.startsWith('-');
  const command = isNamed ? commands.find(({ name }) => name === first) : runCommand;
  if (!command) {
    stderr.write(`blinky: unknown command "${first}"; ${suggestionFor(first ?? '')}\n`);
    return exitStatus.wrongUsage;
  }
  try {
    const { positionals, values } = parseCommandArguments(command, isNamed ? args.slice(1) : args);
    if (values['help'] === true) {
      stdout.write(commandHelp(command));
      return exitStatus.fine;
    }
    if (values['version'] === true) {
      stdout.write(`${environment.version}\n`);
      return exitStatus.fine;
    }
    return await command.run({ positionals, values, environment });
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`blinky ${command.name}: ${error.message}; see blinky ${command.name} --help\n`);
      return exitStatus.wrongUsage;
    }
    if (error instanceof ConfigError) {
      for (const problem of error.problems) stderr.write(`${describeProblem(problem)}\n`);
      return exitStatus.wrongConfiguration;
    }
    throw error;
  }
}

/** What to try instead of an unknown command. */
function suggestionFor(name: string): string {
  const nearest = nearestName(
    name,
    commands.map((command) => command.name),
  );
  return nearest ? `did you mean ${nearest}?` : 'run blinky --help for a list';
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: blinky [COMMAND] [options]',
    '',
    'Lights, MQTT and Slack for the user activity of Qlik Sense servers.',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Run blinky COMMAND --help for the options of a command, blinky --version for the version.',
    'Exit status: 0 success, 1 error, 2 invalid usage, 78 invalid configuration.',
    '',
  ].join('\n');
}
