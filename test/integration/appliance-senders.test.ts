// Who sends what to a running appliance, and what is wrong with it.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, type TestContext, test } from 'node:test';
import type { Sender } from '../../src/web/senders.ts';
import { startBundled } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

/** A machine of its own: the whole of 127.0.0.0/8 is this one. */
async function sendFrom(context: TestContext, address: string, { app }: TestApp) {
  const socket = createSocket('udp4');
  context.after(() => socket.close());
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return (datagram: string) =>
    new Promise((resolve) => socket.send(datagram, app.ports.udp ?? 0, '127.0.0.1', resolve));
}

async function sendersOf({ get }: TestApp): Promise<readonly Sender[]> {
  const status = (await (await get('/api/status')).json()) as { senders: readonly Sender[] };
  return status.senders;
}

async function check(context: TestContext, { app }: TestApp): Promise<string> {
  const settings = ['udpServerConfig.portSessionConnectionEvents=0', 'brokerConfig.port=0'].concat(
    `webConfig.port=${app.ports.web}`,
  );
  const child = await startBundled(
    context,
    'src/main.ts',
    ['check', '--yes', ...settings.flatMap((setting) => ['--set', setting])],
    { cwd: temporaryFolder(context), environment: {} },
  );
  await child.ended;
  return child.output();
}

describe('senders of a running appliance', () => {
  test('a wrong server beside a right one: in the state, for the setup page, in `blinky check`', async (context) => {
    const testApp = await startTestApp(context);
    assert.deepEqual(await sendersOf(testApp), []);
    const wrong = await sendFrom(context, '127.0.0.2', testApp);
    await wrong('/proxy-user-event/;sense2;x;y;z');
    await wrong('/qseow-proxy-session/;sense2;Start session;LAB;;;;m');
    for (let number = 0; number < 3; number += 1) await testApp.send(open);
    const senders = await waitFor('both', async () => {
      const found = await sendersOf(testApp);
      return found.some(({ events }) => events === 3) && found;
    });
    const [right, other] = [...senders].sort((a, b) => b.events - a.events);
    assert.deepEqual(
      [right?.address, right?.rejected, right?.lastRejection],
      ['127.0.0.1', {}, undefined],
    );
    assert.equal(right?.lastEvent?.command, 'Open connection');
    assert.deepEqual(
      [other?.address, other?.events, other?.rejected, other?.lastEvent],
      ['127.0.0.2', 0, { 'wrong-appender': 1, 'missing-user': 1 }, undefined],
    );
    assert.equal(other?.lastRejection?.reason, 'missing-user');
    assert.match(other?.lastRejection?.remedy ?? '', /\/LocalLogConfig\.xml/);

    const setup = (await (await testApp.get('/api/setup')).json()) as {
      senders: { address: string; host?: string; lastRejection?: { reason: string } }[];
    };
    const inSetup = (address: string) => setup.senders.find((one) => one.address === address);
    assert.equal(inSetup('127.0.0.1')?.host, 'sense1');
    assert.equal(inSetup('127.0.0.2')?.lastRejection?.reason, 'missing-user');

    const output = await check(context, testApp);
    assert.match(output, /^✓ Sender 127\.0\.0\.1: 3 events, .* Open connection on sense1$/m);
    assert.match(
      output,
      /^! Sender 127\.0\.0\.2: no events; 2 datagrams rejected \(.*wrong-appender 1.*\), .*: it contains no user\n {4}→ Use an appender file/m,
    );
  });

  test('everything that the proxy logs: the events are taken, the rest is one line', async (context) => {
    const testApp = await startTestApp(context);
    const { messages } = await testApp.subscribe('blinky/event');
    const commands = ['Login', 'Add ticket', 'Get session', '(null)', 'Logout', 'Open connection'];
    for (let number = 0; number < 60; number += 1) {
      await testApp.send(`sense1;${commands[number % 6]};LAB;goran`);
    }
    await waitFor('the events', () => messages.length === 10);
    await waitFor('the rows', async () => {
      const [sender] = await sendersOf(testApp);
      return sender?.rejected['unknown-command'] === 50;
    });
    const about = () => testApp.lines.filter((line) => line.includes('rejected'));
    assert.equal(about().length, 1, about().join('\n'));
    assert.match(about()[0] ?? '', /"Login" .*no filters.*Fix: replace the file/);
    const [sender] = await sendersOf(testApp);
    assert.match(sender?.lastRejection?.message ?? '', /no filters/);
    assert.equal(sender?.lastEvent?.host, 'sense1');
    await testApp.stop();
    assert.match(about().at(-1) ?? '', /rejected 49 more .*: 127\.0\.0\.1: unknown-command 49$/);
  });
});
