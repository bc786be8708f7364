import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeCertificates } from './certificates.ts';
import { listen, numbersIn } from './listener.ts';
import { type Mosquitto, startMosquitto } from './mosquitto.ts';

const worker = fileURLToPath(new URL('../support/upstream-worker.ts', import.meta.url));

/** A tenth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 10_000, memoryCapacity: 100, firstRetryMs: 200, longestRetryMs: 500 },
};
const to = ({ port }: Mosquitto, ...more: string[]) => [
  'mqttConfig.brokerHost=127.0.0.1',
  `mqttConfig.brokerPort=${port}`,
  ...more,
];
const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;

/** Checks that every number below `end` came, each for the first time after those before it. */
function assertCompleteInOrder(numbers: readonly number[], end: number): void {
  const firsts = [...new Set(numbers)].filter((number) => number < end);
  assert.deepEqual(
    firsts,
    Array.from({ length: end }, (_, number) => number),
  );
}

const upstreamFault = ({ app }: TestApp) =>
  app.health.faults().find(({ part }) => part === 'upstream');

describe('upstream to Mosquitto', () => {
  test('stopped and started under load: nothing is lost, all in order, little twice', async (context) => {
    const mosquitto = await startMosquitto(context);
    const listener = await listen(context, `mqtt://127.0.0.1:${mosquitto.port}`);
    const appliance = await startTestApp(context, to(mosquitto), quick);
    await waitFor('online', () => listener.last('blinky/status') === 'online');

    const count = 1500;
    const load = (async () => {
      for (let number = 0; number < count; number += 1) {
        await appliance.send(opened(`u${number}`));
        await pause(2);
      }
    })();
    for (let stops = 0; stops < 3; stops += 1) {
      await pause(500);
      await mosquitto.stop();
      await waitFor('the fault', () => upstreamFault(appliance));
      await pause(300);
      await mosquitto.start();
      await waitFor('the connection', () => !upstreamFault(appliance));
    }
    await load;
    await waitFor('the last', () => numbersIn(listener).includes(count - 1), 20_000);
    const numbers = numbersIn(listener);
    assertCompleteInOrder(numbers, count);
    const repeated = numbers.length - count;
    context.diagnostic(`${count} events, 3 stops, ${repeated} repeated`);
    assert.ok(repeated <= 3 * 50, 'no more than was under way');
  });

  test('killed (-9) again and again while Mosquitto comes and goes: what was accepted arrives', async (context) => {
    const mosquitto = await startMosquitto(context);
    const listener = await listen(context, `mqtt://127.0.0.1:${mosquitto.port}`);
    const directory = join(temporaryFolder(context), 'state');
    let accepted = 0;
    let comeAndGo = true;
    const comingAndGoing = (async () => {
      while (comeAndGo) {
        await pause(800);
        await mosquitto.stop();
        await pause(400);
        await mosquitto.start();
      }
    })();
    const lives = 12;
    for (let life = 0; life < lives; life += 1) {
      accepted = await liveAndDie(context, directory, mosquitto.port, accepted, life);
    }
    comeAndGo = false;
    await comingAndGoing;
    assert.ok(accepted > lives, 'it accepted events');
    await waitFor('the will', () => listener.last('blinky/status') === 'offline');

    const last = startWorker(context, directory, mosquitto.port, accepted);
    await waitFor(
      'all that was accepted',
      () => Math.max(-1, ...numbersIn(listener)) >= accepted,
      20_000,
    );
    last.kill('SIGKILL');
    assertCompleteInOrder(numbersIn(listener), accepted);
    context.diagnostic(`${accepted} events accepted in ${lives} lives`);
  });

  test('killed, its will says that it is offline', async (context) => {
    const mosquitto = await startMosquitto(context);
    const listener = await listen(context, `mqtt://127.0.0.1:${mosquitto.port}`);
    const child = startWorker(context, temporaryFolder(context), mosquitto.port, 0);
    await waitFor('online', () => listener.last('blinky/status') === 'online', 20_000);
    child.kill('SIGKILL');
    await waitFor('offline', () => listener.last('blinky/status') === 'offline');
  });

  test('a wrong password is explained', async (context) => {
    const mosquitto = await startMosquitto(context, { users: { anna: 'right' } });
    const appliance = await startTestApp(
      context,
      to(mosquitto, 'mqttConfig.brokerUser=anna', 'mqttConfig.brokerPassword=wrong'),
      quick,
    );
    const fault = await waitFor('the fault', () => upstreamFault(appliance));
    assert.match(fault.message, /rejected the user anna or the password$/);
    assert.equal(fault.needsPerson, true);

    const nobody = await startTestApp(context, to(mosquitto), quick);
    const wanted = await waitFor('the fault', () => upstreamFault(nobody));
    assert.match(wanted.message, /requires a user and a password$/);

    const right = await startTestApp(
      context,
      to(mosquitto, 'mqttConfig.brokerUser=anna', 'mqttConfig.brokerPassword=right'),
      quick,
    );
    await waitFor('the connection', () => right.app.health.part('upstream').status.state === 'ok');
  });

  test('TLS with an authority of its own; without it, by another name and without TLS the reason is told', async (context) => {
    const { caFile, ...tls } = makeCertificates(temporaryFolder(context), 'localhost');
    const mosquitto = await startMosquitto(context, { tls });
    const url = `mqtts://localhost:${mosquitto.port}`;
    const listener = await listen(context, url, { rejectUnauthorized: false });
    const settings = (...more: string[]) => [
      'mqttConfig.brokerHost=localhost',
      `mqttConfig.brokerPort=${mosquitto.port}`,
      'mqttConfig.tls.enable=true',
      ...more,
    ];
    const right = await startTestApp(context, settings(`mqttConfig.tls.caFile=${caFile}`), quick);
    await right.send(opened('u0'));
    await waitFor('the event', () => numbersIn(listener).includes(0));

    const reasonWith = async (...more: string[]) => {
      const appliance = await startTestApp(context, settings(...more), quick);
      const fault = await waitFor('the fault', () => upstreamFault(appliance));
      await appliance.stop();
      return fault.message;
    };
    assert.match(await reasonWith(), /^the certificate of .* is signed by an unknown authority/);
    assert.match(
      await reasonWith(`mqttConfig.tls.caFile=${caFile}`, 'mqttConfig.brokerHost=127.0.0.1'),
      /^the certificate of .* is for a different host name$/,
    );
    assert.match(await reasonWith('mqttConfig.tls.enable=false'), /closed the connection$/);
    assert.match(
      await reasonWith('mqttConfig.tls.caFile=/nowhere/ca.pem'),
      /^the file of Butler\.mqttConfig\.tls\.caFile \(\/nowhere\/ca\.pem\) was not found$/,
    );
    const plain = await startMosquitto(context);
    assert.match(
      await reasonWith(`mqttConfig.brokerPort=${plain.port}`),
      /does not answer with TLS$/,
    );
  });
});

function startWorker(context: TestContext, directory: string, port: number, first: number) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', worker, directory, String(port), String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  context.after(() => child.kill('SIGKILL'));
  return child;
}

/** Lets the worker live for a random while. Resolves with the number after the last accepted. */
async function liveAndDie(
  context: TestContext,
  directory: string,
  port: number,
  first: number,
  life: number,
): Promise<number> {
  const child = startWorker(context, directory, port, first);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  // Most die at work, some while they start.
  if (life % 6 !== 5) await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(Math.random() * 600);
  child.kill('SIGKILL');
  await closed;
  const accepted = output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1);
  return accepted ? Number(accepted) : first;
}
