import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startBundled } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSettings } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** Of TEST-NET-1 (RFC 5737), so no machine's: where Butler was. */
const oldHost = '192.0.2.1';

const file = `Butler:
  userEvents:
    excludeUser:
      - directory: INTERNAL
      - directory: NONE
        userId: anonymous*
      - directory: LAB
        userId: 0123
  udpServerConfig:
    serverHost: ${oldHost}
    portTaskFailure: 9998
  configQRS: { port: 4242 }
`;

/** All test settings but the address that UDP listens on. */
const overrides = testSettings
  .filter((setting) => !setting.includes('serverHost'))
  .flatMap((setting) => ['--set', setting]);

async function inFolderWithFile(context: Parameters<typeof startBundled>[0], args: string[]) {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'production.yaml'), file);
  return startBundled(context, 'src/main.ts', [...args, '--config', 'production.yaml'], {
    cwd: folder,
  });
}

describe("Butler's file with the address of Butler's old host", () => {
  test('events arrive all the same; users of the list are left out', async (context) => {
    const child = await inFolderWithFile(context, ['run', ...overrides]);
    const [, udp] = await child.printed(/listening for Sense events on udp:\/\/\S+:(\d+)/);
    const [, web] = await child.printed(/page at http:\/\/127\.0\.0\.1:(\d+)/);
    assert.match(
      child.output(),
      /production\.yaml:10: Butler\.udpServerConfig\.serverHost: 192\.0\.2\.1 is not/,
    );

    const socket = createSocket('udp4');
    context.after(() => socket.close());
    const users = ['INTERNAL;sa_api', 'NONE;anonymous7f', 'LAB;0123', 'LAB;123', 'LAB;goran'];
    for (const user of users) {
      socket.send(`/proxy-session/;sense1;Start session;${user};;;`, Number(udp), '127.0.0.1');
    }
    const status = async () => {
      const response = await fetch(`http://127.0.0.1:${web}/api/status`);
      return (await response.json()) as { excluded: number; accepted: Record<string, number> };
    };
    await waitFor('all five events', async () => {
      const { excluded, accepted } = await status();
      return excluded + (accepted['session-start'] ?? 0) === users.length;
    });
    assert.equal((await status()).excluded, 3);
  });

  test('blinky config says what is in force, and blinky check warns', async (context) => {
    const config = await inFolderWithFile(context, ['config']);
    assert.equal(await config.ended, 0);
    assert.match(config.output(), /^ {4}serverHost: (?!192)/m);
    const warning =
      /production\.yaml:10: Butler\.udpServerConfig\.serverHost: 192\.0\.2\.1 is not a name or address of this machine/;
    assert.match(config.output(), warning);
    assert.match(config.output(), /userId: "0123"/);

    const check = await inFolderWithFile(context, ['check', '--yes', ...overrides]);
    await check.ended;
    assert.match(check.output(), warning);
  });
});
