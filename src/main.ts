import packageJson from '../package.json' with { type: 'json' };
import { runCommandLine } from './command/cli.ts';
import { processSurroundings } from './command/process-surroundings.ts';

// Connections that a part could not close in time must not keep the process.
process.exit(await runCommandLine(process.argv.slice(2), processSurroundings(packageJson.version)));
