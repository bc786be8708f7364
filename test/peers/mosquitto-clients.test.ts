import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;';

/** Starts one of Mosquitto's clients; it ends with the test. */
function start(context: TestContext, program: string, port: number | undefined, args: string[]) {
  const child = spawn(program, ['-h', '127.0.0.1', '-p', String(port), ...args]);
  context.after(() => child.kill());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { output: () => output, ended: once(child, 'close') };
}

describe("Mosquitto's clients", () => {
  for (const version of ['mqttv31', 'mqttv311', 'mqttv5']) {
    for (const qos of ['0', '1', '2']) {
      test(`mosquitto_sub hears events: ${version}, QoS ${qos}`, async (context) => {
        const { app, send } = await startTestApp(context);
        const options = ['-V', version, '-q', qos, '-v', '-d', '-i', 'listener'];
        const { output } = start(context, 'mosquitto_sub', app.ports.mqtt, [
          ...options,
          ...['-t', 'qliksense/connection/open', '-t', 'blinky/status'],
        ]);
        await waitFor('the retained status', () => output().includes('blinky/status online'));
        await send(open);
        await waitFor('the event', () =>
          output().includes('qliksense/connection/open sense1: LAB/goran'),
        );
      });
    }
  }

  for (const [user, password] of [
    ['', undefined],
    ['', ''],
    ['', 'x'],
    ['DVES_USER', 'DVES_PASS'],
  ] as const) {
    test(`mosquitto_sub as user '${user}', ${password === undefined ? 'no password' : `password '${password}'`}`, async (context) => {
      const { app } = await startTestApp(context);
      for (const version of ['mqttv31', 'mqttv311', 'mqttv5']) {
        const { output } = start(context, 'mosquitto_sub', app.ports.mqtt, [
          ...['-V', version, '-v', '-t', 'blinky/status', '-u', user],
          ...(password === undefined ? [] : ['-P', password]),
        ]);
        await waitFor(`the retained status, ${version}`, () =>
          output().includes('blinky/status online'),
        );
      }
    });
  }

  test('mosquitto_pub publishes where it may, and is ignored where it may not', async (context) => {
    const { app, subscribe, blinks, lampTestOver } = await startTestApp(context, [
      'brokerConfig.access.anonymous=subscribe',
    ]);
    await lampTestOver();
    const { messages } = await subscribe('#');
    for (const version of ['mqttv311', 'mqttv5']) {
      const { ended } = start(context, 'mosquitto_pub', app.ports.mqtt, [
        ...['-V', version, '-q', '1', '-t', 'blinky/blink', '-m', 'green'],
      ]);
      await ended;
    }
    assert.equal(blinks('green'), 0);
    assert.ok(messages.every(({ topic }) => topic !== 'blinky/blink'));
  });

  test('thousands of messages from mosquitto_pub arrive, in order', async (context) => {
    const { app, subscribe } = await startTestApp(context, [
      'brokerConfig.access.anonymous=publish',
      'brokerConfig.limits.messagesPerSecond=1000000',
    ]);
    const { client, messages } = await subscribe([]);
    await client.subscribeAsync('many', { qos: 1 });
    const { ended } = start(context, 'mosquitto_pub', app.ports.mqtt, [
      ...['-t', 'many', '-m', 'x', '-q', '1', '--repeat', '3000'],
    ]);
    assert.deepEqual(await ended, [0, null]);
    await waitFor('all messages', () => messages.length === 3000);
  });
});
