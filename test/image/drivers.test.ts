// Each driver on real GPIO hardware, emulated: the program runs on a Raspberry Pi 3B in QEMU, gets
// real datagrams, and the pins are read from outside, in the chip's own registers.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { EmulatedPi, shellOnConsole } from '../emulator/emulated-pi.ts';
import { waitFor } from '../support/wait-for.ts';
import { freshCard, workFolder } from './cards.ts';

const green = 17;
const red = 27;
const udpPort = 9997;

let pi: EmulatedPi;
const sender = createSocket('udp4');

/** Starts the program on the Pi, and resolves when it has tested its lamps. */
async function startProgram(
  driver: string,
  settings: readonly string[] = [],
  redIsActiveLow = false,
): Promise<void> {
  const options = [`lightConfig.driver=${driver}`, 'stateDirectory=/tmp/state', ...settings];
  const command = `node /usr/lib/blinky/main.js run ${options.map((one) => `--set ${one}`).join(' ')}`;
  await pi.shell(`rm -f /tmp/log; ${command} > /tmp/log 2>&1 & echo $! > /tmp/pid`);
  await waitFor(
    `the program with the driver ${driver}`,
    async () => {
      const { output } = await pi.shell('cat /tmp/log');
      assert.doesNotMatch(output, /can't control the lights|stopping/, output);
      return /ready/.test(output);
    },
    120_000,
  );
  await darkForAWhile(redIsActiveLow);
}

/** The lamps' own test is over when both have been dark for longer than its pauses. */
async function darkForAWhile(redIsActiveLow: boolean): Promise<void> {
  const whileMs = 2000;
  let darkSince = performance.now();
  await waitFor(
    'both lights to stay dark',
    async () => {
      const isLit = (await pi.isHigh(green)) || (await pi.isHigh(red)) !== redIsActiveLow;
      if (isLit) darkSince = performance.now();
      return performance.now() - darkSince > whileMs;
    },
    60_000,
  );
}

async function endProgram(signal: 'TERM' | 'KILL'): Promise<void> {
  await pi.shell(
    `kill -${signal} $(cat /tmp/pid); while kill -0 $(cat /tmp/pid) 2>/dev/null; do sleep 0.1; done`,
  );
}

async function send(command: string): Promise<void> {
  const datagram = `/proxy-connection/;sense1;${command};LAB;goran;AppAccess;/hub/;m`;
  await new Promise<void>((resolve, reject) =>
    sender.send(datagram, pi.port(udpPort), '127.0.0.1', (error) =>
      error ? reject(error) : resolve(),
    ),
  );
}

before(async () => {
  pi = await EmulatedPi.boot({
    card: freshCard('drivers'),
    folder: join(workFolder, 'pi'),
    udpPort,
    // Without it this kernel keeps /dev/mem off the registers, which rpio needs.
    kernelArguments: [...shellOnConsole, 'iomem=relaxed'],
  });
  await pi.shellReady();
  // The program is run by hand here, in turn with each driver.
  await pi.shell('systemctl stop blinky', 120_000);
  await waitFor(
    'the network',
    async () => (await pi.shell('ip -4 -brief address show usb0')).output.includes('10.0.2.15'),
    180_000,
  );
});

after(async () => {
  sender.close();
  await pi?.powerCut();
});

// A program that a failed test has left would take the next one's datagrams.
afterEach(async () => {
  await pi.shell('kill -KILL $(cat /tmp/pid)');
});

for (const driver of ['onoff', 'gpiochip', 'rpio']) {
  describe(`the driver ${driver} on a Pi`, { timeout: 600_000 }, () => {
    test('the right pin, the right level, one pulse for each event, dark at stop', async () => {
      await startProgram(driver);
      assert.deepEqual([await pi.isOutput(green), await pi.isOutput(red)], [true, true]);

      const recorder = pi.record([green, red]);
      for (const command of [
        'Open connection',
        'Open connection',
        'Open connection',
        'Close connection',
        'Close connection',
      ]) {
        await send(command);
      }
      await waitFor(
        'five pulses',
        () => recorder.pulses(green).length >= 3 && recorder.pulses(red).length >= 2,
        30_000,
      );
      await waitFor(
        'both dark',
        () => [green, red].every((pin) => recorder.pulses(pin).at(-1)?.to !== undefined),
        30_000,
      );
      // A light that blinked once more than it should would do so within this time.
      const quietSince = recorder.samples;
      await waitFor('some more samples', () => recorder.samples > quietSince + 500, 30_000);
      await recorder.stop();
      assert.deepEqual([recorder.pulses(green).length, recorder.pulses(red).length], [3, 2]);
      for (const pulse of [...recorder.pulses(green), ...recorder.pulses(red)]) {
        const length = (pulse.to ?? Number.NaN) - pulse.from;
        assert.ok(length > 150 && length < 1000, `a pulse of ${length} ms`);
      }

      await endProgram('TERM');
      assert.deepEqual([await pi.isHigh(green), await pi.isHigh(red)], [false, false]);
    });

    test('active low: dark is high', async () => {
      await startProgram(driver, ['lightConfig.red.activeLow=true', 'lightConfig.onMs=1000'], true);
      assert.equal(await pi.isHigh(green), false);
      await send('Close connection');
      await waitFor('red to be lit', async () => !(await pi.isHigh(red)), 30_000);
      await waitFor('red to be dark again', () => pi.isHigh(red), 30_000);
      await endProgram('TERM');
    });

    test('after kill -9 the next start leaves both lights dark', async () => {
      await startProgram(driver, ['lightConfig.onMs=1000']);
      await send('Open connection');
      await waitFor('green to be lit', () => pi.isHigh(green), 30_000);
      await endProgram('KILL');
      await startProgram(driver);
      assert.deepEqual([await pi.isHigh(green), await pi.isHigh(red)], [false, false]);
      await endProgram('TERM');
      assert.deepEqual([await pi.isHigh(green), await pi.isHigh(red)], [false, false]);
      // What sysfs still has exported would keep the other drivers off the pins.
      await pi.shell('for pin in 529 539; do echo $pin > /sys/class/gpio/unexport; done');
    });
  });
}

test('auto takes the first driver that works, and its lights blink', async () => {
  await startProgram('auto', ['lightConfig.button.enable=true']);
  // The emulator has no event detection (GPEDS), so a press can't be shown; that the kernel gave
  // the button its interrupt can.
  const interrupts = await pi.shell('cat /sys/class/gpio/gpio515/edge /proc/interrupts');
  assert.match(interrupts.output, /^both\n[\s\S]*pinctrl-bcm2835 +3 Edge/);
  const recorder = pi.record([red]);
  await send('Close connection');
  await waitFor('a red pulse', () => recorder.pulses(red)[0]?.to !== undefined, 30_000);
  await recorder.stop();
  const { output } = await pi.shell(
    `node -e 'fetch("http://127.0.0.1:8080/api/status").then((r) => r.json()).then((s) => console.log(s.parts.lights.message))'`,
  );
  await endProgram('TERM');
  assert.match(output, /driver onoff, green on GPIO 17/);
});
