import assert from 'node:assert/strict';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onoffDriver } from '../../../../hardware/drivers/onoff-driver.ts';
import { claimLamps } from '../../../../hardware/pin-lamp.ts';
import { fakeOnoff } from '../fake-onoff.ts';
import {
  asOrdinaryUser,
  claimWired,
  debianSysfs,
  fakeRoot,
  pi3,
  refusal,
  wirings,
} from '../fake-root.ts';

const debianPi3 = { ...pi3, sysfsChips: debianSysfs };

test('both pins become outputs at once dark, by the number of the chip plus that of the pin', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root);
  const lamps = await onoffDriver({ root, load: async () => onoff }).open(claimWired);
  assert.deepEqual(onoff.calls, [
    'new 529 low none activeLow=false',
    'new 539 low none activeLow=false',
  ]);
  lamps.green.set(true);
  assert.equal(onoff.pins.get(529)?.level, 1);
  assert.equal(onoff.pins.get(539)?.level, 0);
  lamps.green.set(false);
  assert.equal(onoff.pins.get(529)?.level, 0);
});

test('closing darkens the light, then lets go of the pin, once', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root);
  const lamps = await onoffDriver({ root, load: async () => onoff }).open(claimWired);
  lamps.green.set(true);
  onoff.calls.length = 0;
  lamps.green.close();
  lamps.green.close();
  assert.deepEqual(onoff.calls, ['write 529 0', 'unexport 529']);
  assert.throws(() => lamps.green.set(true), /has been closed/);
});

test('a light that is on while the pin is low starts high, so that it never flashes', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root);
  const lamps = await onoffDriver({ root, load: async () => onoff }).open((pins) =>
    claimLamps(pins, {
      ...wirings,
      red: { pin: 27, activeLow: true },
    }),
  );
  assert.equal(onoff.calls[1], 'new 539 high none activeLow=false');
  lamps.red.set(true);
  assert.equal(onoff.pins.get(539)?.level, 0);
  lamps.red.close();
  assert.equal(onoff.pins.get(539)?.level, 1);
});

test('a pin that a killed process left exported and lit is taken over dark', async (t) => {
  const root = fakeRoot(t, { ...debianPi3, exported: [529, 539] });
  const onoff = fakeOnoff(root);
  const lamps = await onoffDriver({ root, load: async () => onoff }).open(claimWired);
  assert.equal(onoff.pins.get(529)?.level, 0);
  lamps.green.set(true);
  assert.equal(onoff.pins.get(529)?.level, 1);
});

test('an exported pin that cannot be made an output is refused', async (t) => {
  const root = fakeRoot(t, { ...debianPi3, exported: [529] });
  const onoff = fakeOnoff(root, { stuck: [529] });
  await assert.rejects(
    onoffDriver({ root, load: async () => onoff }).open(claimWired),
    refusal(/GPIO 17 \(pin 11\) is exported by another user/, /choose another pin/),
  );
});

test('when the second pin is busy, the first is darkened and released', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root, { refuse: { 539: 'EBUSY' } });
  await assert.rejects(
    onoffDriver({ root, load: async () => onoff }).open(claimWired),
    refusal(/GPIO 27 \(pin 13\) is in use by another program/, /debug\/gpio/),
  );
  assert.deepEqual(onoff.calls.slice(2), ['write 529 0', 'unexport 529']);
});

test('a pin whose files stay closed to this user is refused, and no longer exported', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root, { refuse: { 529: 'EACCES' } });
  await assert.rejects(
    onoffDriver({ root, load: async () => onoff }).open(claimWired),
    refusal(/no permission to use \/sys\/class\/gpio\/gpio529\/value/, /group gpio/),
  );
  assert.equal(readFileSync(join(root, 'sys/class/gpio/unexport'), 'utf8'), '529');
});

test('EINVAL, anything unforeseen: a refusal that names the pin', async (t) => {
  const root = fakeRoot(t, debianPi3);
  for (const [code, reason] of [
    ['EINVAL', /the kernel doesn't provide GPIO 17 \(pin 11\) in \/sys\/class\/gpio/],
    ['EIO', /can't open GPIO 17 \(pin 11\): EIO/],
  ] as const) {
    const onoff = fakeOnoff(root, { refuse: { 529: code } });
    const driver = onoffDriver({ root, load: async () => onoff });
    await assert.rejects(driver.open(claimWired), refusal(reason, /another (driver|pin)/));
  }
});

test('a user outside the group gpio is told so, before the library is loaded', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const file = join(root, 'sys/class/gpio/export');
  if (process.geteuid?.() === 0) chownSync(file, 0, 986);
  chmodSync(file, 0o060);
  const driver = onoffDriver({ root, load: () => assert.fail('loaded') });
  const remedy = process.geteuid?.() === 0 ? /usermod -aG gpio \$USER/ : /group/;
  await asOrdinaryUser(() =>
    assert.rejects(
      driver.open(claimWired),
      refusal(/no permission to use \/sys\/class\/gpio\/export/, remedy),
    ),
  );
});

test('a kernel without sysfs GPIO is refused, before the library is loaded', async (t) => {
  const load = () => assert.fail('loaded');
  await assert.rejects(
    onoffDriver({ root: fakeRoot(t, pi3), load }).open(claimWired),
    refusal(/6\.12\.48\+deb13-arm64 doesn't provide \/sys\/class\/gpio\/export/, /driver gpiochip/),
  );
  await assert.rejects(
    onoffDriver({ root: fakeRoot(t), load }).open(claimWired),
    refusal(/doesn't provide \/sys\/class\/gpio\/export/, /Use a Raspberry Pi, or simulated/),
  );
});

test('chips without a header among them are refused', async (t) => {
  const root = fakeRoot(t, { sysfsChips: [{ label: 'INT34C5:00', base: 512 }] });
  await assert.rejects(
    onoffDriver({ root, load: () => assert.fail('loaded') }).open(claimWired),
    refusal(/no chip in \/sys\/class\/gpio is the header/, /Use a Raspberry Pi/),
  );
});

test('a package that is missing, not built or built for another Node says what mends it', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const cases: [Error, RegExp, RegExp][] = [
    [
      Object.assign(new Error("Cannot find package 'onoff'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      /onoff is not installed/,
      /npm install/,
    ],
    [
      new Error('Could not locate the bindings file. Tried:\n → build/epoll.node'),
      /onoff has not been built/,
      /npm rebuild/,
    ],
    [
      Object.assign(new Error('wrong ELF class'), { code: 'ERR_DLOPEN_FAILED' }),
      /onoff was built for another system or Node/,
      /npm rebuild/,
    ],
  ];
  for (const [error, reason, remedy] of cases) {
    const driver = onoffDriver({ root, load: () => Promise.reject(error) });
    await assert.rejects(driver.open(claimWired), refusal(reason, remedy));
  }
});

test('a light that fails while it runs throws, for its owner to deal with', async (t) => {
  const root = fakeRoot(t, debianPi3);
  const onoff = fakeOnoff(root);
  const lamps = await onoffDriver({ root, load: async () => onoff }).open(claimWired);
  const pin = onoff.pins.get(529);
  assert.ok(pin);
  pin.gone = true;
  assert.throws(() => lamps.green.set(true), /EIO/);
  assert.throws(() => lamps.green.close(), /EIO/);
  assert.equal(onoff.calls.at(-1), 'unexport 529', 'the pin is released all the same');
});
