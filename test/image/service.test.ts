// The service as the package installs it, under systemd with all its hardening, on an emulated
// Raspberry Pi 3B: it starts by itself, drives the pins, and comes back whatever happens to it.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import mqtt from 'mqtt';
import { waitFor } from '../support/wait-for.ts';
import { EmulatedPi } from './emulated-pi.ts';
import { makeTestCard, workFolder } from './test-card.ts';

const green = 17;
const red = 27;
const [udpPort, mqttPort, webPort] = [9997, 1883, 8080];

let pi: EmulatedPi;
let powerOnToReadyMs: number;
const sender = createSocket('udp4');

async function isHealthy(): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${pi.port(webPort)}/healthz`, {
      signal: AbortSignal.timeout(5000),
    });
    return response.status === 200;
  } catch {
    return false;
  }
}

async function send(command: string): Promise<void> {
  const datagram = `/proxy-connection/;sense1;${command};LAB;goran;AppAccess;/hub/;m`;
  await new Promise<void>((resolve, reject) =>
    sender.send(datagram, pi.port(udpPort), '127.0.0.1', (error) =>
      error ? reject(error) : resolve(),
    ),
  );
}

const mainProcess = async () =>
  (await pi.shell('systemctl show --property=MainPID --value blinky')).output.trim();

/** Events make the lights blink again, as they do after the lamps' own test. */
async function blinksOnEvent(): Promise<void> {
  await waitFor(
    'a green blink',
    async () => {
      await send('Open connection');
      const recorder = pi.record([green]);
      try {
        await waitFor('a pulse', () => recorder.pulses(green)[0]?.to !== undefined, 3000);
        return true;
      } catch {
        return false;
      } finally {
        await recorder.stop();
      }
    },
    60_000,
  );
}

before(async () => {
  const powerOn = performance.now();
  pi = await EmulatedPi.boot({
    card: makeTestCard('service'),
    folder: join(workFolder, 'service'),
    udpPort,
    tcpPorts: [mqttPort, webPort],
  });
  await waitFor('/healthz to answer 200', isHealthy, 300_000);
  powerOnToReadyMs = performance.now() - powerOn;
  await pi.shellReady();
});

after(async () => {
  sender.close();
  await pi?.powerCut();
});

describe('the service on a Pi', { timeout: 900_000 }, () => {
  test('is up by itself, as its own user, and drives the pins', async (context) => {
    context.diagnostic(`power on to /healthz 200: ${Math.round(powerOnToReadyMs / 1000)} s`);
    const pid = await mainProcess();
    const { output: user } = await pi.shell(`stat --format=%U:%G /proc/${pid}`);
    assert.equal(user.trim(), 'blinky:gpio');
    assert.deepEqual([await pi.isOutput(green), await pi.isOutput(red)], [true, true]);
    const { output: journal } = await pi.shell('journalctl --unit blinky --no-pager --output cat');
    context.diagnostic(
      journal
        .split('\n')
        .filter((line) => /receive buffer|lights/.test(line))
        .join(' | '),
    );
    assert.doesNotMatch(journal, /error/i);
  });

  test('an event blinks the right light, once, and a client on the network hears it', async () => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${pi.port(mqttPort)}`);
    const heard: string[] = [];
    client.on('message', (_topic, payload) => heard.push(payload.toString()));
    try {
      await waitFor('the broker', () => client.connected, 30_000);
      await client.subscribeAsync('qliksense/connection/close');
      const recorder = pi.record([green, red]);
      await send('Close connection');
      await waitFor('a red pulse', () => recorder.pulses(red)[0]?.to !== undefined, 30_000);
      const samples = recorder.samples;
      await waitFor('some more samples', () => recorder.samples > samples + 500, 30_000);
      await recorder.stop();
      assert.deepEqual([recorder.pulses(green).length, recorder.pulses(red).length], [0, 1]);
      await waitFor('the message', () => heard.length === 1, 30_000);
      assert.equal(heard[0], 'sense1: LAB/goran');
    } finally {
      await client.endAsync(true);
    }
  });

  test('after kill -9 it is back, and the lights are dark in between', async () => {
    const before = await mainProcess();
    await pi.shell(`kill -KILL ${before}`);
    await waitFor(
      'another process',
      async () => {
        const now = await mainProcess();
        return now !== '0' && now !== before;
      },
      60_000,
    );
    await waitFor('/healthz to answer 200', isHealthy, 120_000);
    await blinksOnEvent();
  });

  test('when it hangs, the watchdog has it back', async () => {
    const before = await mainProcess();
    await pi.shell(`kill -STOP ${before}`);
    await waitFor(
      'another process',
      async () => {
        const now = await mainProcess();
        return now !== '0' && now !== before;
      },
      180_000,
    );
    await waitFor('/healthz to answer 200', isHealthy, 120_000);
    const { output } = await pi.shell('journalctl --unit blinky --no-pager --output cat');
    assert.match(output, /[Ww]atchdog timeout/);
    await blinksOnEvent();
  });

  test('a wrong configuration stops it with status 78, and it is not started again and again', async () => {
    await pi.shell(
      "printf 'Butler:\\n  logLevel: loud\\n' > /etc/blinky/blinky.yaml; systemctl restart blinky",
      120_000,
    );
    await waitFor(
      'the failed unit',
      async () => (await pi.shell('systemctl is-failed blinky')).output.trim() === 'failed',
      120_000,
    );
    const { output } = await pi.shell(
      'systemctl show --property=ExecMainStatus,NRestarts blinky; journalctl --unit blinky --no-pager --output cat | tail -n 20',
    );
    assert.match(output, /ExecMainStatus=78/);
    assert.match(output, /blinky\.yaml:2: Butler\.logLevel: found "loud"/);
  });
});
