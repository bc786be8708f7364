import { realpathSync, statSync } from 'node:fs';
import { hashPassword } from '../access/password.ts';
import { loadConfig, readConfigFile } from '../config/load.ts';
import { fileOfUser, withUser } from '../config/user-in-file.ts';
import { codeOf, messageOf } from '../platform/errors.ts';
import { type FileOwnership, replaceFile } from '../platform/replace-file.ts';
import { type Command, refuseExtraArguments, textOption, UsageError } from './command.ts';
import { configOptions } from './config-options.ts';
import { type Environment, exitStatus } from './environment.ts';

const shortest = 8;

/** Created if there is no configuration file yet. */
const newFile = './blinky.yaml';

export const passwdCommand: Command = {
  name: 'passwd',
  summary: 'Add a user, or change a password. Users sign in to the page and to the MQTT broker.',
  usage: 'NAME [options]',
  options: {
    config: configOptions.config,
    print: { type: 'boolean', help: 'print the lines to add instead of changing the file' },
    'password-variable': {
      type: 'string',
      placeholder: 'NAME',
      help: 'read the password from this environment variable instead of asking for it',
    },
  },
  notes: [
    'Everything else in the configuration file stays as it is. If there is no file, the command creates',
    'blinky.yaml in the current folder. On a Pi with the card image, it prints the lines to add to',
    'blinky.yaml on the card.',
  ],
  examples: ['blinky passwd anna', 'sudo blinky passwd anna --config /etc/blinky/blinky.yaml'],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 1);
    const [name] = positionals;
    if (!name || name.length > 64) throw new UsageError('missing user name (up to 64 characters)');
    const { variables, stdout, stderr } = environment;
    const { config, file, path } = loadConfig({
      file: textOption(values, 'config'),
      environment: variables,
    });
    const passwordHash = await hashPassword(
      await passwordOf(name, textOption(values, 'password-variable'), environment),
    );
    const user = { name, passwordHash };

    const place = path ?? (file ? undefined : newFile);
    const text = path ? readConfigFile(path).text : undefined;
    const edited = text === undefined ? fileOfUser(user) : withUser(text, user);
    if (values['print'] === true || place === undefined || edited === undefined) {
      stderr.write(`Add this to ${file ?? 'blinky.yaml'} and restart Blinky:\n\n`);
      stdout.write(fileOfUser(user));
      return exitStatus.fine;
    }
    const isKnown = config.brokerConfig.access.users.some((known) => known.name === name);
    try {
      save(place, edited);
    } catch (error) {
      stderr.write(`blinky passwd: can't write ${place}: ${reasonOf(error)}\n`);
      return exitStatus.fault;
    }
    const done = isKnown ? `Changed the password of ${name} in` : `Added ${name} to`;
    stdout.write(`${done} ${place}. Restart Blinky to apply the change.\n`);
    return exitStatus.fine;
  },
};

/** @throws UsageError when there is no password, or it is too short */
async function passwordOf(
  name: string,
  variable: string | undefined,
  { askSecret, variables }: Environment,
): Promise<string> {
  const password =
    variable === undefined ? await askSecret(`Password for ${name}: `) : variables[variable];
  if (password === undefined) throw new UsageError(`environment variable ${variable} is not set`);
  if (password.length < shortest) {
    throw new UsageError(`the password must have at least ${shortest} characters`);
  }
  return password;
}

/** Writes the file, also through a symbolic link, and keeps its owner and permissions. */
function save(place: string, text: string): void {
  const there = statSync(place, { throwIfNoEntry: false });
  const ownership: FileOwnership = there
    ? { mode: there.mode & 0o777, uid: there.uid, gid: there.gid }
    : { mode: 0o600 };
  replaceFile(there ? realpathSync(place) : place, text, ownership);
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'no permission. Fix: use sudo or --print';
  if (code === 'EROFS') return 'the disk is read-only. Fix: use --print';
  if (code === 'ENOSPC') return 'the disk is full';
  return messageOf(error);
}
