import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PeerProcess } from './peer-process.ts';

/** Debian's own starter becomes the user `rabbitmq`, who may not read the folder of a test. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** Starts Debian's RabbitMQ with MQTT on a free port; it ends with the test. */
export async function startRabbitmq(context: TestContext): Promise<PeerProcess> {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'home'));
  const port = await freePort();
  // The daemon that knows where Erlang's nodes listen; a node would start one that stays.
  const namePort = String(await freePort());
  const names = new PeerProcess(Number(namePort), {
    program: 'epmd',
    args: ['-port', namePort, '-address', '127.0.0.1'],
  });
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:${port}
mqtt.allow_anonymous = true
loopback_users = none
`,
  );
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_mqtt].\n');
  const rabbitmq = new PeerProcess(port, {
    program,
    args: [],
    environment: {
      HOME: join(folder, 'home'),
      ERL_EPMD_PORT: namePort,
      RABBITMQ_NODENAME: `peer${port}@localhost`,
      RABBITMQ_DIST_PORT: String(await freePort()),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_LOGS: '-',
    },
  });
  await names.start();
  context.after(() => names.stop());
  context.after(() => rabbitmq.stop());
  await rabbitmq.start();
  return rabbitmq;
}
