import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PeerProcess } from './peer-process.ts';

/** Starts Debian's NATS server with MQTT on a free port; it ends with the test. */
export async function startNats(context: TestContext): Promise<PeerProcess> {
  const folder = temporaryFolder(context);
  const configFile = join(folder, 'nats.conf');
  const port = await freePort();
  writeFileSync(
    configFile,
    `server_name: peer
listen: "127.0.0.1:${await freePort()}"
jetstream { store_dir: "${folder}/jetstream" }
mqtt { listen: "127.0.0.1:${port}" }
`,
  );
  const nats = new PeerProcess(port, { program: 'nats-server', args: ['-c', configFile] });
  context.after(() => nats.stop());
  await nats.start();
  return nats;
}
