import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PeerProcess } from './peer-process.ts';

/** The last major version for Node.js 20. */
const nodeRed = 'node-red@4.1.15';

/** A node of a flow, as Node-RED writes it into its file. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string };

/** Installs Node-RED into a folder that goes with the test: 280 packages, too many for everybody. */
export async function installNodeRed(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  const options = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...options, nodeRed]);
  return join(folder, 'node_modules', 'node-red', 'red.js');
}

/** Starts Node-RED with a flow; it ends with the test. */
export async function startNodeRed(
  context: TestContext,
  program: string,
  flow: readonly FlowNode[],
): Promise<void> {
  const folder = temporaryFolder(context);
  const userFolder = join(folder, 'user');
  mkdirSync(userFolder);
  writeFileSync(join(userFolder, 'flows.json'), JSON.stringify(flow));
  const port = await freePort();
  writeFileSync(
    join(userFolder, 'settings.js'),
    `module.exports = {
  flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: ${port}, credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
};
`,
  );
  const started = new PeerProcess(port, {
    program: process.execPath,
    args: [program, '--userDir', userFolder],
    environment: { HOME: folder },
  });
  context.after(() => started.stop());
  await started.start();
}
