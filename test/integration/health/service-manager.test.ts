import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectServiceManager } from '../../../src/health/service-manager.ts';
import { startBundled } from '../../support/child.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testSettings } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Prints each datagram that comes to a Unix socket, as systemd would read it. */
const receiver = `
  use IO::Socket::UNIX; use Socket; $| = 1;
  my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
  print "listening\\n";
  while (defined $socket->recv(my $state, 4096)) { print "$state\\n" }
`;

describe('under systemd', () => {
  test('the program says that it is ready, that it lives and that it stops', async (context) => {
    const folder = temporaryFolder(context);
    const socket = join(folder, 'notify');
    const systemd = spawn('perl', ['-e', receiver, socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => systemd.kill());
    let told = '';
    systemd.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await waitFor('the socket', () => told.includes('listening'));

    const child = await startBundled(
      context,
      'src/main.ts',
      [
        'run',
        '--set',
        `stateDirectory=${folder}/state`,
        ...testSettings.flatMap((one) => ['--set', one]),
      ],
      { cwd: folder, environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' } },
    );
    await waitFor('READY', () => told.includes('READY=1'), 20_000);
    await waitFor('three signs of life', () => told.split('WATCHDOG=1').length > 3);
    child.process.kill('SIGTERM');
    assert.equal(await child.ended, 0, child.output());
    assert.match(told, /STOPPING=1/);
    assert.doesNotMatch(child.output(), /rejected/, 'its own probe was taken for a mistake');
  });
});

describe('connectServiceManager', () => {
  const options = (
    environment: Record<string, string>,
    loadNotify?: () => Promise<(state: string) => number>,
  ) => {
    const { log, lines } = recordingLog();
    return {
      lines,
      options: { environment, processId: 42, log, ...(loadNotify && { loadNotify }) },
    };
  };
  const never = async () => assert.fail('the library was loaded');

  test('says nothing where there is no systemd', async () => {
    const manager = await connectServiceManager(options({}, never).options);
    manager.ready();
    assert.equal(manager.watchdogMs, undefined);
  });

  test("another process's watchdog is not ours", async () => {
    const environment = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' };
    const manager = await connectServiceManager(options(environment, async () => () => 1).options);
    assert.equal(manager.watchdogMs, undefined);
  });

  test('a library that is not there is logged, and nothing else happens', async () => {
    const { lines, options: setup } = options({ NOTIFY_SOCKET: '/x' }, async () => {
      throw new Error('no koffi here');
    });
    const manager = await connectServiceManager(setup);
    manager.ready();
    assert.match(lines[0] ?? '', /^error .*no koffi here/);
  });
});
