import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpiochipDriver } from '../../../hardware/drivers/gpiochip-driver.ts';
import { onoffDriver } from '../../../hardware/drivers/onoff-driver.ts';
import { rpioDriver } from '../../../hardware/drivers/rpio-driver.ts';
import { simulatedDriver } from '../../../hardware/drivers/simulated-driver.ts';
import { createDrivers, type DriverName, type NamedDriver } from '../../../hardware/drivers.ts';
import { openInput, openLamps } from '../../../hardware/open-pins.ts';
import { DriverRefusal } from '../../../hardware/pins.ts';
import { fakeGpiochip } from './fake-gpiochip.ts';
import { fakeOnoff } from './fake-onoff.ts';
import { debianSysfs, type FakeBoard, fakeRoot, pi3, pi5, refusal, wirings } from './fake-root.ts';
import { fakeRpio } from './fake-rpio.ts';

/** The real drivers over fakes of their libraries. */
function driversFor(root: string, chipLabel: string): NamedDriver[] {
  return [
    { name: 'onoff', ...onoffDriver({ root, load: async () => fakeOnoff(root) }) },
    {
      name: 'gpiochip',
      ...gpiochipDriver({
        root,
        load: async () => fakeGpiochip({ labels: { gpiochip0: chipLabel } }),
      }),
    },
    { name: 'rpio', ...rpioDriver({ root, load: async () => fakeRpio().library }) },
    { name: 'simulated', ...simulatedDriver() },
  ];
}

interface Case {
  readonly what: string;
  readonly board: FakeBoard;
  readonly chipLabel?: string;
  readonly driver: DriverName;
  readonly refused: readonly [DriverName, RegExp][];
}

const cases: readonly Case[] = [
  {
    what: 'Debian on a Pi 3 has sysfs: onoff',
    board: { ...pi3, sysfsChips: debianSysfs, devices: ['gpiochip0'] },
    driver: 'onoff',
    refused: [],
  },
  {
    what: 'Raspberry Pi OS on a Pi 5 has only the character device: gpiochip',
    board: { ...pi5, devices: ['gpiochip0'] },
    chipLabel: 'pinctrl-rp1',
    driver: 'gpiochip',
    refused: [['onoff', /doesn't provide \/sys\/class\/gpio/]],
  },
  {
    what: 'an old kernel with only /dev/gpiomem: rpio',
    board: { ...pi3, kernel: '4.14.98-v7+', devices: ['gpiomem'] },
    driver: 'rpio',
    refused: [
      ['onoff', /doesn't provide \/sys\/class\/gpio/],
      ['gpiochip', /\/dev\/gpiochip\* not found/],
    ],
  },
  {
    what: 'a Pi 5 whose chips are all hidden, in a container: simulated',
    board: pi5,
    driver: 'simulated',
    refused: [
      ['onoff', /doesn't provide/],
      ['gpiochip', /gpiochip\* not found/],
      ['rpio', /doesn't support the chip/],
    ],
  },
  {
    what: 'a PC, though it has GPIO chips: simulated',
    board: { devices: ['gpiochip0'], sysfsChips: [{ label: 'INT34C5:00', base: 512 }] },
    chipLabel: 'INT34C5:00',
    driver: 'simulated',
    refused: [
      ['onoff', /no chip .* is the header/],
      ['gpiochip', /none of .* is the header/],
      ['rpio', /requires a Raspberry Pi/],
    ],
  },
];

for (const { what, board, chipLabel = 'pinctrl-bcm2835', driver, refused } of cases) {
  test(`auto: ${what}`, async (t) => {
    const root = fakeRoot(t, board);
    const opened = await openLamps({
      driver: 'auto',
      wirings,
      root,
      drivers: driversFor(root, chipLabel),
    });
    assert.equal(opened.driver, driver);
    assert.deepEqual(
      opened.refusals.map((one) => one.driver),
      refused.map(([name]) => name),
    );
    refused.forEach(([, reason], index) => {
      assert.match(opened.refusals[index]?.reason ?? '', reason);
      assert.ok(opened.refusals[index]?.remedy);
    });
    assert.equal(opened.board.isRaspberryPi, board.model !== undefined);
    opened.lamps.green.set(true);
    opened.lamps.green.close();
    opened.lamps.red.close();
  });
}

test('auto goes on past a driver that fails in a way nobody foresaw', async (t) => {
  const broken: NamedDriver = {
    name: 'onoff',
    hasInputs: true,
    open: () => Promise.reject(new Error('oh no')),
  };
  const opened = await openLamps({
    driver: 'auto',
    wirings,
    root: fakeRoot(t, pi3),
    drivers: [broken, { name: 'simulated', ...simulatedDriver() }],
  });
  assert.equal(opened.driver, 'simulated');
  assert.equal(opened.refusals[0]?.reason, 'oh no');
});

test('a named driver that refuses is not replaced by another', async (t) => {
  const root = fakeRoot(t, { ...pi3, sysfsChips: debianSysfs });
  await assert.rejects(
    openLamps({ driver: 'gpiochip', wirings, root }),
    refusal(/\/dev\/gpiochip\* not found/, /./),
  );
});

test('drivers are tried in the order of the contract', () => {
  assert.deepEqual(
    createDrivers().map(({ name }) => name),
    ['onoff', 'gpiochip', 'rpio', 'simulated'],
  );
});

test('reserved pins, and one pin for both lights, are refused whatever the driver', async (t) => {
  const root = fakeRoot(t, pi3);
  const at = (green: number, red: number) =>
    openLamps({
      driver: 'simulated',
      root,
      wirings: {
        green: { pin: green, activeLow: false },
        red: { pin: red, activeLow: false },
      },
    });
  await assert.rejects(at(0, 27), refusal(/GPIO 0 \(pin 27\) is reserved/, /another pin/));
  await assert.rejects(at(17, 40), refusal(/no GPIO 40/, /another pin/));
  await assert.rejects(at(17, 17), refusal(/two lights are wired to GPIO 17/, /another pin/));
});

test('simulated lights tell the listener each change, and end dark', async (t) => {
  const changes: [number, boolean][] = [];
  const { lamps, driver } = await openLamps({
    driver: 'simulated',
    wirings,
    root: fakeRoot(t),
    drivers: createDrivers({ onSimulated: (pin, on) => changes.push([pin, on]) }),
  });
  assert.equal(driver, 'simulated');
  lamps.green.set(true);
  lamps.green.set(true);
  lamps.red.set(true);
  lamps.red.set(false);
  lamps.green.close();
  lamps.green.close();
  assert.deepEqual(changes, [
    [17, true],
    [27, true],
    [27, false],
    [17, false],
  ]);
});

/** A driver that notes what is asked of it, and refuses inputs where told so. */
function readable(name: DriverName, asked: string[], refuses = false): NamedDriver {
  return {
    name,
    hasInputs: true,
    open: async (claim) =>
      claim({
        output: () => assert.fail('an output'),
        input: (bcm) => {
          asked.push(`${name} ${bcm}`);
          if (refuses) throw new DriverRefusal(`${name} is busy`, `Free ${name}`);
          return { read: () => 1, watch: () => {}, release: () => {} };
        },
      }),
  };
}

test('the button goes with the driver of the lights', async (t) => {
  const asked: string[] = [];
  const drivers = [readable('onoff', asked), readable('gpiochip', asked)];
  const options = { pin: 3, root: fakeRoot(t, pi3), drivers } as const;
  const open = async (driver: 'auto' | DriverName, usedByLamps?: DriverName) =>
    (await openInput({ ...options, driver, usedByLamps })).driver;
  assert.equal(await open('auto', 'gpiochip'), 'gpiochip');
  assert.equal(await open('auto', 'onoff'), 'onoff');
  assert.equal(await open('auto'), 'onoff');
  assert.equal(await open('gpiochip', 'gpiochip'), 'gpiochip');
  assert.equal(await open('auto', 'simulated'), 'onoff');
  assert.deepEqual(asked, ['gpiochip 3', 'onoff 3', 'onoff 3', 'gpiochip 3', 'onoff 3']);
});

test('where the driver of the lights has no inputs, the button takes the next that has', async (t) => {
  const asked: string[] = [];
  const { driver } = await openInput({
    driver: 'simulated',
    usedByLamps: 'simulated',
    pin: 3,
    root: fakeRoot(t, pi3),
    drivers: [
      { name: 'simulated', ...simulatedDriver() },
      readable('onoff', asked, true),
      readable('gpiochip', asked),
    ],
  });
  assert.equal(driver, 'gpiochip');
  assert.deepEqual(asked, ['onoff 3', 'gpiochip 3']);
});

test('a button that no driver can read: on a Pi every reason, elsewhere the first', async (t) => {
  const drivers = [readable('onoff', [], true), readable('gpiochip', [], true)];
  const refused = { pin: 3, drivers } as const;
  await assert.rejects(
    openInput({ ...refused, driver: 'auto', root: fakeRoot(t, pi3) }),
    refusal(
      /no driver can control the pins\. onoff: onoff is busy \(Free onoff\)\. gpiochip: gpiochip is busy/,
      /Fix the problem reported for one/,
    ),
  );
  await assert.rejects(
    openInput({ ...refused, driver: 'auto', root: fakeRoot(t) }),
    refusal(/^onoff is busy$/, /^Free onoff$/),
  );
  await assert.rejects(
    openInput({ ...refused, driver: 'gpiochip', root: fakeRoot(t, pi3) }),
    refusal(/^gpiochip is busy$/, /^Free gpiochip$/),
  );
});
