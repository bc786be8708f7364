import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpiochipDriver } from '../../../hardware/drivers/gpiochip-driver.ts';
import { onoffDriver } from '../../../hardware/drivers/onoff-driver.ts';
import { rpioDriver } from '../../../hardware/drivers/rpio-driver.ts';
import { simulatedDriver } from '../../../hardware/drivers/simulated-driver.ts';
import type { Colour, LampDriver } from '../../../hardware/lamp.ts';
import { lampDrivers, openLamps } from '../../../hardware/open-lamps.ts';
import { fakeGpiochip } from './fake-gpiochip.ts';
import { fakeOnoff } from './fake-onoff.ts';
import { debianSysfs, type FakeBoard, fakeRoot, pi3, pi5, refusal, wirings } from './fake-root.ts';

/** The real drivers over fakes of their libraries. */
function driversFor(root: string, chipLabel: string): LampDriver[] {
  return [
    onoffDriver({ root, load: async () => fakeOnoff(root) }),
    gpiochipDriver({ root, load: async () => fakeGpiochip({ labels: { gpiochip0: chipLabel } }) }),
    rpioDriver({
      root,
      load: async () => ({
        OUTPUT: 1,
        PIN_PRESERVE: 0,
        init: () => {},
        open: () => {},
        write: () => {},
        close: () => {},
        exit: () => {},
        on: () => {},
        removeListener: () => {},
      }),
    }),
    simulatedDriver(),
  ];
}

interface Case {
  readonly what: string;
  readonly board: FakeBoard;
  readonly chipLabel?: string;
  readonly driver: LampDriver['name'];
  readonly refused: readonly [LampDriver['name'], RegExp][];
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
    refused: [['onoff', /offers no \/sys\/class\/gpio/]],
  },
  {
    what: 'an old kernel with only /dev/gpiomem: rpio',
    board: { ...pi3, kernel: '4.14.98-v7+', devices: ['gpiomem'] },
    driver: 'rpio',
    refused: [
      ['onoff', /offers no \/sys\/class\/gpio/],
      ['gpiochip', /there is no \/dev\/gpiochip/],
    ],
  },
  {
    what: 'a Pi 5 whose chips are all hidden, in a container: simulated',
    board: pi5,
    driver: 'simulated',
    refused: [
      ['onoff', /offers no/],
      ['gpiochip', /there is no/],
      ['rpio', /does not know the chip/],
    ],
  },
  {
    what: 'a PC, though it has GPIO chips: simulated',
    board: { devices: ['gpiochip0'], sysfsChips: [{ label: 'INT34C5:00', base: 512 }] },
    chipLabel: 'INT34C5:00',
    driver: 'simulated',
    refused: [
      ['onoff', /no chip .* is the header/],
      ['gpiochip', /no .* is the header/],
      ['rpio', /needs a Raspberry Pi/],
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
  const broken: LampDriver = { name: 'onoff', open: () => Promise.reject(new Error('oh no')) };
  const opened = await openLamps({
    driver: 'auto',
    wirings,
    root: fakeRoot(t, pi3),
    drivers: [broken, simulatedDriver()],
  });
  assert.equal(opened.driver, 'simulated');
  assert.equal(opened.refusals[0]?.reason, 'oh no');
});

test('a named driver that refuses is not replaced by another', async (t) => {
  const root = fakeRoot(t, { ...pi3, sysfsChips: debianSysfs });
  await assert.rejects(
    openLamps({ driver: 'gpiochip', wirings, root }),
    refusal(/there is no \/dev\/gpiochip/, /./),
  );
});

test('drivers are tried in the order of the contract', () => {
  assert.deepEqual(
    lampDrivers().map(({ name }) => name),
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
  await assert.rejects(at(17, 17), refusal(/both lights are wired to GPIO 17/, /another pin/));
});

test('simulated lights tell the listener each change, and end dark', async (t) => {
  const told: [Colour, boolean][] = [];
  const { lamps, driver } = await openLamps({
    driver: 'simulated',
    wirings,
    root: fakeRoot(t),
    onSimulated: (colour, lit) => told.push([colour, lit]),
  });
  assert.equal(driver, 'simulated');
  lamps.green.set(true);
  lamps.green.set(true);
  lamps.red.set(true);
  lamps.red.set(false);
  lamps.green.close();
  lamps.green.close();
  assert.deepEqual(told, [
    ['green', true],
    ['red', true],
    ['red', false],
    ['green', false],
  ]);
});
