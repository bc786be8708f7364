import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { runCommandLine } from './cli/cli.ts';
import { commandNameFor } from './cli/command-name.ts';
import { processEnvironment } from './cli/process-environment.ts';

const commandName = commandNameFor(fileURLToPath(import.meta.url), process.platform);
const environment = processEnvironment({ version: packageJson.version, commandName });
// Connections that a part couldn't close in time must not keep the process running.
process.exit(await runCommandLine(process.argv.slice(2), environment));
