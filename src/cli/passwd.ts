import { realpathSync, statSync } from 'node:fs';
import { hashPassword } from '../access/password.ts';
import { loadConfig, readConfigFile } from '../config/load.ts';
import { fileOfUser, withUser } from '../config/user-in-file.ts';
import { codeOf, messageOf } from '../platform/errors.ts';
import { type FileOwnership, replaceFile } from '../platform/replace-file.ts';
import { type Command, refuseExtraArguments, textOption, UsageError } from './command.ts';
import { configOptions } from './config-options.ts';
import { exitStatus, type Environment } from './environment.ts';

const shortest = 8;

/** Made where there is no configuration file yet. */
const newFile = './blinky.yaml';

export const passwdCommand: Command = {
  name: 'passwd',
  summary: 'Add a user of the broker and the page, or change a password.',
  usage: 'NAME [options]',
  options: {
    config: configOptions.config,
    print: { type: 'boolean', help: 'print the lines for the file, and leave it as it is' },
    'password-variable': {
      type: 'string',
      placeholder: 'NAME',
      help: 'take the password from this environment variable instead of asking',
    },
  },
  notes: [
    'The configuration file keeps everything else as it is; where there is none, blinky.yaml is made',
    'in this folder. The Pi of the card image reads its card at each start: there the lines are',
    'printed, for the blinky.yaml on the card.',
  ],
  examples: ['blinky passwd anna', 'sudo blinky passwd anna --config /etc/blinky/blinky.yaml'],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 1);
    const [name] = positionals;
    if (!name || name.length > 64) throw new UsageError('say whose password it is: a name');
    const { variables, stdout, stderr } = environment;
    const { config, file, path } = loadConfig({ file: textOption(values, 'config'), environment: variables });
    const passwordHash = await hashPassword(
      await passwordOf(name, textOption(values, 'password-variable'), environment),
    );
    const user = { name, passwordHash };

    const place = path ?? (file ? undefined : newFile);
    const text = path ? readConfigFile(path).text : undefined;
    const edited = text === undefined ? fileOfUser(user) : withUser(text, user);
    if (values['print'] === true || place === undefined || edited === undefined) {
      stderr.write(`Put this into ${file ?? 'blinky.yaml'}, and start the appliance again:\n\n`);
      stdout.write(fileOfUser(user));
      return exitStatus.fine;
    }
    const isKnown = config.brokerConfig.access.users.some((known) => known.name === name);
    try {
      save(place, edited);
    } catch (error) {
      stderr.write(`blinky passwd: ${place} can't be written (${reasonOf(error)})\n`);
      return exitStatus.fault;
    }
    const done = isKnown ? `Changed the password of ${name} in` : `Added ${name} to`;
    stdout.write(`${done} ${place}. Start the appliance again: it reads the file at its start.\n`);
    return exitStatus.fine;
  },
};

/** @throws UsageError when there is none, or a short one */
async function passwordOf(
  name: string,
  variable: string | undefined,
  { askSecret, variables }: Environment,
): Promise<string> {
  const password =
    variable === undefined ? await askSecret(`Password for ${name}: `) : variables[variable];
  if (password === undefined) throw new UsageError(`there is no environment variable ${variable}`);
  if (password.length < shortest) {
    throw new UsageError(`a password takes ${shortest} characters or more`);
  }
  return password;
}

/** Behind a link the file itself is written; it stays whose it was. */
function save(place: string, text: string): void {
  const there = statSync(place, { throwIfNoEntry: false });
  const ownership: FileOwnership = there
    ? { mode: there.mode & 0o777, uid: there.uid, gid: there.gid }
    : { mode: 0o600 };
  replaceFile(there ? realpathSync(place) : place, text, ownership);
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not: try sudo, or --print';
  if (code === 'EROFS') return 'its disk is read-only: use --print';
  if (code === 'ENOSPC') return 'the disk is full';
  return messageOf(error);
}
