import packageJson from '../package.json' with { type: 'json' };
import { runCommandLine } from './cli/cli.ts';
import { processEnvironment } from './cli/process-environment.ts';

// What is installed is compiled; TypeScript runs in a checkout only.
const commandName = import.meta.url.endsWith('.ts') ? 'npx blinky' : 'blinky';
const environment = processEnvironment({ version: packageJson.version, commandName });
// Connections that a part could not close in time must not keep the process.
process.exit(await runCommandLine(process.argv.slice(2), environment));
