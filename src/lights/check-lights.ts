import { setTimeout as pause } from 'node:timers/promises';
import { describeBoard, readBoard } from '../../hardware/board.ts';
import { createDrivers, type DriverName, type NamedDriver } from '../../hardware/drivers.ts';
import { describePin } from '../../hardware/header.ts';
import { type Colour, colours, type Lamps, type LampWirings } from '../../hardware/lamp.ts';
import { openLamps } from '../../hardware/open-pins.ts';
import { claimLamps } from '../../hardware/pin-lamp.ts';
import { DriverRefusal } from '../../hardware/pins.ts';
import type { CheckInput } from '../health/check.ts';
import { type Finding, fault, ok, warn } from '../health/finding.ts';

export interface CheckLightsOptions {
  readonly driver: 'auto' | DriverName;
  readonly wirings: LampWirings;
  /** How long each light is on, so that the user can see it, ms. */
  readonly showMs: number;
  readonly pause: (ms: number) => Promise<unknown>;
  /** Asks whether the user saw the light; undefined to not ask. */
  readonly askSeen: ((colour: Colour) => Promise<boolean>) | undefined;
  /** The root of the file system: `/` except in tests. */
  readonly root?: string;
  /** The drivers, in the order in which `auto` tries them; tests pass their own. */
  readonly drivers?: readonly NamedDriver[];
}

/** How long each light is on, ms. */
const showMs = 1500;

/** Checks that the configured lights can be switched and are seen. */
export async function* checkConfiguredLights({
  config,
  ask,
}: CheckInput<{
  readonly lightConfig: Pick<CheckLightsOptions, 'driver'> & CheckLightsOptions['wirings'];
}>): AsyncGenerator<Finding> {
  yield* checkLights({
    driver: config.lightConfig.driver,
    wirings: config.lightConfig,
    showMs,
    pause,
    askSeen: ask && (async (colour) => !/^n/i.test(await ask(`Is the ${colour} light on? [Y/n] `))),
  });
}

/** Checks the board and every driver, and switches both lights on. */
export async function* checkLights(options: CheckLightsOptions): AsyncGenerator<Finding> {
  const { driver: wanted, wirings, root = '/', drivers = createDrivers({ root }) } = options;
  const board = readBoard(root);
  yield ok('Board', describeBoard(board));
  const verdicts: Finding[] = [];
  for (const driver of drivers) {
    if (driver.name !== 'simulated') verdicts.push(await checkDriver(driver, options));
  }
  // Only a Pi is expected to have pins: elsewhere, why there are none would be noise.
  if (board.isRaspberryPi || verdicts.some(({ result }) => result !== 'warn')) yield* verdicts;

  try {
    const { driver, lamps } = await openLamps({ driver: wanted, wirings, root, drivers });
    try {
      if (driver !== 'simulated') yield ok('Lights', `using the driver ${driver}`);
      else if (wanted === 'simulated' || !board.isRaspberryPi) {
        yield ok('Lights', 'simulated; see them in the terminal or on the page');
      } else {
        yield fault(
          'Lights',
          'no driver can control the pins, so the lights are simulated',
          'Fix the problem reported for one of the drivers above',
        );
      }
      if (driver !== 'simulated') yield* showLamps(lamps, options);
    } finally {
      for (const colour of colours) lamps[colour].close();
    }
  } catch (error) {
    if (!(error instanceof DriverRefusal)) throw error;
    yield fault('Lights', `the driver ${wanted} can't be used: ${error.message}`, error.remedy);
  }
}

async function checkDriver(
  driver: NamedDriver,
  { driver: wanted, wirings }: CheckLightsOptions,
): Promise<Finding> {
  const name = `Driver ${driver.name}`;
  try {
    const lamps = await driver.open((pins) => claimLamps(pins, wirings));
    for (const colour of colours) lamps[colour].close();
    return ok(name, 'can control the pins');
  } catch (error) {
    if (!(error instanceof DriverRefusal)) throw error;
    const text = `can't be used: ${error.message}`;
    // With `auto`, one working driver is enough, so a single failure isn't a fault.
    return wanted === driver.name
      ? fault(name, text, error.remedy)
      : warn(name, text, error.remedy);
  }
}

async function* showLamps(lamps: Lamps, options: CheckLightsOptions): AsyncGenerator<Finding> {
  const { wirings, showMs, pause, askSeen } = options;
  for (const colour of colours) {
    const name = `The ${colour} light`;
    const place = describePin(wirings[colour].pin);
    lamps[colour].set(true);
    await pause(showMs);
    const seen = askSeen ? await askSeen(colour) : undefined;
    lamps[colour].set(false);
    if (seen === undefined) yield ok(name, `was on for ${showMs / 1000} s, on ${place}`);
    else if (seen) yield ok(name, `works, on ${place}`);
    else {
      yield fault(
        name,
        `${place} was switched on, but you didn't see the light`,
        'Check the pin, the resistor and the direction of the LED; hardware/README.md has a picture. If the light is on when it should be off, set activeLow',
      );
    }
  }
}
