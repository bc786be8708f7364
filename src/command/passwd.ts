import { hashPassword } from '../access/password.ts';
import { type Command, refuseExtraArguments, textOption, UsageError } from './command.ts';
import { exitStatus } from './surroundings.ts';

const shortest = 8;

export const passwdCommand: Command = {
  name: 'passwd',
  summary: 'Print the lines that add a user of the broker and the page, or change a password.',
  usage: 'NAME [options]',
  options: {
    'password-variable': {
      type: 'string',
      placeholder: 'NAME',
      help: 'take the password from this environment variable instead of asking',
    },
  },
  examples: ['blinky passwd anna'],
  run: async ({ positionals, values, surroundings }) => {
    refuseExtraArguments(positionals, 1);
    const [name] = positionals;
    if (!name || name.length > 64) throw new UsageError('say whose password it is: a name');
    const variable = textOption(values, 'password-variable');
    const password =
      variable === undefined
        ? await surroundings.askSecret(`Password for ${name}: `)
        : surroundings.environment[variable];
    if (password === undefined) {
      throw new UsageError(`there is no environment variable ${variable}`);
    }
    if (password.length < shortest) {
      throw new UsageError(`a password takes ${shortest} characters or more`);
    }
    const { stdout, stderr } = surroundings;
    stderr.write('Put this into blinky.yaml, and start the appliance again:\n\n');
    stdout.write(`Butler:
  brokerConfig:
    access:
      users:
        - name: ${JSON.stringify(name)}
          passwordHash: ${JSON.stringify(await hashPassword(password))}
`);
    return exitStatus.fine;
  },
};
