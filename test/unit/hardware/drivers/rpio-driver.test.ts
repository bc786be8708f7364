import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rpioDriver } from '../../../../hardware/drivers/rpio-driver.ts';
import { claimLamps } from '../../../../hardware/pin-lamp.ts';
import { asOrdinaryUser, claimWired, fakeRoot, pi3, pi5, refusal, wirings } from '../fake-root.ts';
import { fakeRpio } from '../fake-rpio.ts';

const raspberryPiOs = { ...pi3, kernel: '6.6.51+rpt-rpi-v8', devices: ['gpiomem'] };

const neverLoaded = () => assert.fail('loaded');

test('rpio is started with BCM numbers, without its mock and its exit handler; lights dark', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls, listeners } = fakeRpio();
  const lamps = await rpioDriver({ root, load: async () => library }).open(claimWired);
  assert.deepEqual(calls, [
    'init {"gpiomem":true,"mapping":"gpio","mock":false,"close_on_exit":false}',
    'open 17 mode=1 level=0',
    'open 27 mode=1 level=0',
  ]);
  assert.equal(listeners.size, 0, 'no listener is left behind');
  calls.length = 0;
  lamps.green.set(true);
  lamps.green.set(false);
  assert.deepEqual(calls, ['write 17 1', 'write 17 0']);
});

test('closing leaves the pins driven dark, and unmaps the registers after the last', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio();
  const driver = rpioDriver({ root, load: async () => library });
  const lamps = await driver.open(claimWired);
  calls.length = 0;
  lamps.green.close();
  lamps.red.close();
  lamps.red.close();
  assert.deepEqual(calls, [
    'write 17 0',
    'close 17 reset=0',
    'write 27 0',
    'close 27 reset=0',
    'exit',
  ]);
  assert.throws(() => lamps.red.set(true), /has been closed/);
  const again = await driver.open(claimWired);
  again.red.set(true);
  assert.equal(calls.at(-1), 'write 27 1', 'it can be opened again');
});

test('a light that is on while the pin is low starts high, so that it never flashes', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio();
  const red = { pin: 27, activeLow: true };
  const lamps = await rpioDriver({ root, load: async () => library }).open((pins) =>
    claimLamps(pins, { ...wirings, red }),
  );
  assert.equal(calls[2], 'open 27 mode=1 level=1');
  lamps.red.set(true);
  assert.equal(calls.at(-1), 'write 27 0');
});

test('a second pin that rpio refuses releases the first', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio({ refuse: 27 });
  await assert.rejects(
    rpioDriver({ root, load: async () => library }).open(claimWired),
    refusal(/rpio refused GPIO 27 \(pin 13\): Pin 27 is not valid/, /another pin/),
  );
  assert.deepEqual(calls.slice(3), ['write 17 0', 'close 17 reset=0', 'exit']);
});

test('boards that rpio does not know are refused before it is loaded', async (t) => {
  for (const [board, reason, remedy] of [
    [{ devices: ['gpiomem'] }, /requires a Raspberry Pi; this is not one/, /simulated/],
    [{ model: 'Orange Pi Zero', devices: ['gpiomem'] }, /this is Orange Pi Zero/, /simulated/],
    [{ ...pi5, devices: ['gpiomem'] }, /doesn't support the chip .*Pi 5/, /gpiochip/],
    [{ ...raspberryPiOs, compatible: 'brcm,bcm2799' }, /doesn't support the chip/, /gpiochip/],
  ] as const) {
    const driver = rpioDriver({ root: fakeRoot(t, board), load: neverLoaded });
    await assert.rejects(driver.open(claimWired), refusal(reason, remedy));
  }
});

test('if rpio falls back to its mock after all, it is refused', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio({ warning: 'running in raspi-3 mock mode' });
  await assert.rejects(
    rpioDriver({ root, load: async () => library }).open(claimWired),
    refusal(/rpio would only simulate the pins: running in raspi-3 mock mode/, /gpiochip/),
  );
  assert.equal(calls.length, 1);
});

test('registers that cannot be mapped are a refusal, and no pin is used', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio({ initError: 'Could not initialize bcm2835' });
  await assert.rejects(
    rpioDriver({ root, load: async () => library }).open(claimWired),
    refusal(/can't access the registers: Could not initialize bcm2835/, /gpiochip/),
  );
  assert.equal(calls.length, 1);
});

test('a kernel without /dev/gpiomem is refused, unless it lets root at the registers', async (t) => {
  const noGpiomem = { ...pi3, devices: ['mem'] };
  await assert.rejects(
    rpioDriver({ root: fakeRoot(t, noGpiomem), load: neverLoaded }).open(claimWired),
    refusal(/6\.12\.48\+deb13-arm64 has no \/dev\/gpiomem/, /driver gpiochip/),
  );
  const relaxed = fakeRoot(t, { ...noGpiomem, commandLine: 'quiet iomem=relaxed' });
  const { library, calls } = fakeRpio();
  await rpioDriver({ root: relaxed, load: async () => library }).open(claimWired);
  assert.match(calls[0] ?? '', /"gpiomem":false/);
  chmodSync(join(relaxed, 'dev/mem'), 0o400);
  await asOrdinaryUser(() =>
    assert.rejects(
      rpioDriver({ root: relaxed, load: neverLoaded }).open(claimWired),
      refusal(/only root can use \/dev\/mem/, /gpiochip, or run as root/),
    ),
  );
});

test('a user who may not use /dev/gpiomem is told so', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  chmodSync(join(root, 'dev/gpiomem'), 0);
  await asOrdinaryUser(() =>
    assert.rejects(
      rpioDriver({ root, load: neverLoaded }).open(claimWired),
      refusal(/no permission to use \/dev\/gpiomem/, /group|udev/),
    ),
  );
});

test('a pin that is exported in sysfs is refused, under its number of today', async (t) => {
  const sysfsChips = [{ label: 'pinctrl-bcm2835', base: 512 }];
  const root = fakeRoot(t, { ...raspberryPiOs, sysfsChips, exported: [539] });
  const { library, calls } = fakeRpio();
  await assert.rejects(
    rpioDriver({ root, load: async () => library }).open(claimWired),
    refusal(/GPIO 27 \(pin 13\) is in use through \/sys\/class\/gpio/, /echo 539 \|/),
  );
  assert.ok(!calls.some((call) => call.startsWith('open 27')));
  assert.equal(calls.at(-1), 'exit');
});

test('a button keeps the registers mapped while the lights are opened again, and the other way', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library, calls } = fakeRpio();
  const driver = rpioDriver({ root, load: async () => library });
  const lamps = await driver.open(claimWired);
  const input = await driver.open((pins) => pins.input(3));
  assert.equal(calls.at(-1), 'open 3 input pull=2');
  assert.equal(calls.filter((call) => call.startsWith('init')).length, 1);
  lamps.green.close();
  lamps.red.close();
  assert.equal(input.read(), 1, 'still mapped');
  const again = await driver.open(claimWired);
  input.release();
  again.green.set(true);
  assert.equal(calls.filter((call) => call === 'exit').length, 0);
  again.green.close();
  again.red.close();
  assert.equal(calls.at(-1), 'exit');
});

test('an input that rpio refuses leaves the lights alone', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const { library } = fakeRpio({ refuse: 3 });
  const driver = rpioDriver({ root, load: async () => library });
  const lamps = await driver.open(claimWired);
  await assert.rejects(
    driver.open((pins) => pins.input(3)),
    refusal(/rpio refused GPIO 3 \(pin 5\)/, /another pin/),
  );
  lamps.green.set(true);
});

test('a package that is not installed is a refusal', async (t) => {
  const root = fakeRoot(t, raspberryPiOs);
  const error = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await assert.rejects(
    rpioDriver({ root, load: () => Promise.reject(error) }).open(claimWired),
    refusal(/rpio is not installed/, /npm install/),
  );
});
