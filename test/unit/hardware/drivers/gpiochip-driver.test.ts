import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gpiochipDriver } from '../../../../hardware/drivers/gpiochip-driver.ts';
import { claimLamps } from '../../../../hardware/pin-lamp.ts';
import { fakeGpiochip } from '../fake-gpiochip.ts';
import {
  asOrdinaryUser,
  claimWired,
  debianSysfs,
  fakeRoot,
  pi3,
  pi5,
  refusal,
} from '../fake-root.ts';

const labels = { gpiochip0: 'raspberrypi-exp-gpio', gpiochip4: 'pinctrl-rp1' };
const board = { ...pi5, devices: ['gpiochip0', 'gpiochip4', 'gpiochip', 'null'] };

test('both lines of the chip with the right label become outputs at once dark', async (t) => {
  const root = fakeRoot(t, board);
  const kernel = fakeGpiochip({ labels });
  const lamps = await gpiochipDriver({ root, load: async () => kernel }).open(claimWired);
  assert.deepEqual(kernel.calls, ['get 17 for blinky at 0', 'get 27 for blinky at 0']);
  lamps.red.set(true);
  assert.equal(kernel.levels.get(27), 1);
  assert.equal(kernel.levels.get(17), 0);
  lamps.red.set(false);
  assert.equal(kernel.levels.get(27), 0);
  lamps.green.close();
  lamps.red.close();
});

test('closing darkens the light, then closes the line, once', async (t) => {
  const root = fakeRoot(t, board);
  const kernel = fakeGpiochip({ labels });
  const lamps = await gpiochipDriver({ root, load: async () => kernel }).open(claimWired);
  lamps.green.set(true);
  assert.equal(kernel.isHeld(17), true);
  lamps.green.close();
  lamps.green.close();
  assert.deepEqual(kernel.calls.slice(2), ['set 17 to 1', 'set 17 to 0']);
  assert.equal(kernel.isHeld(17), false);
  assert.equal(kernel.isHeld(27), true);
  assert.throws(() => lamps.green.set(true), /has been closed/);
  lamps.red.close();
});

test('a light that is on while the pin is low starts high, so that it never flashes', async (t) => {
  const root = fakeRoot(t, board);
  const kernel = fakeGpiochip({ labels });
  const lamps = await gpiochipDriver({ root, load: async () => kernel }).open((pins) =>
    claimLamps(pins, {
      green: { pin: 5, activeLow: true },
      red: { pin: 27, activeLow: false },
    }),
  );
  assert.equal(kernel.calls[0], 'get 5 for blinky at 1');
  lamps.green.set(true);
  assert.equal(kernel.levels.get(5), 0);
  lamps.green.close();
  assert.equal(kernel.levels.get(5), 1);
  lamps.red.close();
});

test('a busy second pin names its holder, and the first is let go dark', async (t) => {
  const root = fakeRoot(t, board);
  const kernel = fakeGpiochip({ labels, busy: { 27: 'gpio-fan' } });
  await assert.rejects(
    gpiochipDriver({ root, load: async () => kernel }).open(claimWired),
    refusal(/GPIO 27 \(pin 13\) is in use by "gpio-fan"/, /Stop the program that uses it/),
  );
  assert.equal(kernel.levels.get(17), 0);
  assert.equal(kernel.isHeld(17), false);
});

test('the advice about a busy pin depends on the holder', async (t) => {
  const root = fakeRoot(t, { ...pi3, devices: ['gpiochip0'], sysfsChips: debianSysfs });
  for (const [holder, reason, remedy] of [
    ['blinky', /by "blinky"/, /systemctl stop blinky/],
    ['sysfs', /by "sysfs"/, /echo 529 \| sudo tee \/sys\/class\/gpio\/unexport/],
    ['', /by another program or a kernel driver/, /choose another pin/],
  ] as const) {
    const kernel = fakeGpiochip({ labels: { gpiochip0: 'pinctrl-bcm2835' }, busy: { 17: holder } });
    const driver = gpiochipDriver({ root, load: async () => kernel });
    await assert.rejects(driver.open(claimWired), refusal(reason, remedy));
  }
});

test('without a chip that is a header, Pi and PC are refused with different messages', async (t) => {
  const kernel = fakeGpiochip({ labels: { gpiochip0: 'INT34C5:00' } });
  const load = async () => kernel;
  const pc = fakeRoot(t, { devices: ['gpiochip0', 'gpiochip1'] });
  await assert.rejects(
    gpiochipDriver({ root: pc, load }).open(claimWired),
    refusal(/none of \/dev\/gpiochip\* is the header/, /Use a Raspberry Pi, or simulated/),
  );
  await assert.rejects(
    gpiochipDriver({ root: fakeRoot(t, pi3), load: () => assert.fail('loaded') }).open(claimWired),
    refusal(/\/dev\/gpiochip\* not found/, /Use a .* kernel .* 6\.12\.48\+deb13-arm64/),
  );
});

test('a user outside the group gpio is told so', async (t) => {
  const root = fakeRoot(t, { ...pi3, devices: ['gpiochip0'] });
  const device = join(root, 'dev/gpiochip0');
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) chownSync(device, 0, 986);
  chmodSync(device, 0o060);
  const kernel = fakeGpiochip({ labels: { gpiochip0: 'pinctrl-bcm2835' } });
  await asOrdinaryUser(() =>
    assert.rejects(
      gpiochipDriver({ root, load: async () => kernel }).open(claimWired),
      refusal(
        /no permission to use \/dev\/gpiochip0/,
        isRoot ? /usermod -aG gpio \$USER/ : /group/,
      ),
    ),
  );
});

test('a device that belongs to root alone asks for a udev rule', async (t) => {
  const root = fakeRoot(t, { ...pi3, devices: ['gpiochip0'] });
  const device = join(root, 'dev/gpiochip0');
  chmodSync(device, 0);
  const kernel = fakeGpiochip({ labels: { gpiochip0: 'pinctrl-bcm2835' } });
  await asOrdinaryUser(() =>
    assert.rejects(
      gpiochipDriver({ root, load: async () => kernel }).open(claimWired),
      refusal(/no permission to use \/dev\/gpiochip0/, /udev rule/),
    ),
  );
});

test('a kernel that refuses the line, and an unforeseen error: a refusal that names the pin', async (t) => {
  const root = fakeRoot(t, board);
  for (const [refuse, reason] of [
    ['EINVAL', /the kernel refused GPIO 17 \(pin 11\)/],
    ['EIO', /can't open GPIO 17 \(pin 11\): .*EIO/],
  ] as const) {
    const kernel = fakeGpiochip({ labels, refuse });
    const driver = gpiochipDriver({ root, load: async () => kernel });
    await assert.rejects(driver.open(claimWired), refusal(reason, /choose another/));
  }
});

test('koffi without its native part is a refusal', async (t) => {
  const root = fakeRoot(t, board);
  const error = new Error('Cannot find the native Koffi module; did you bundle it correctly?');
  await assert.rejects(
    gpiochipDriver({ root, load: () => Promise.reject(error) }).open(claimWired),
    refusal(/koffi has not been built/, /npm rebuild/),
  );
});
