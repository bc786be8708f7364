// The button on every driver that has inputs: the driver's own code over a stand-in of its library.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gpiochipDriver } from '../../../../hardware/drivers/gpiochip-driver.ts';
import { onoffDriver } from '../../../../hardware/drivers/onoff-driver.ts';
import { rpioDriver } from '../../../../hardware/drivers/rpio-driver.ts';
import type { InputPin, Level, PinDriver } from '../../../../hardware/pins.ts';
import { pollMs } from '../../../../hardware/polled-input.ts';
import { holdMs, PushButton, settleMs } from '../../../../hardware/push-button.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { fakeGpiochip } from '../fake-gpiochip.ts';
import { fakeOnoff } from '../fake-onoff.ts';
import { claimWired, debianSysfs, fakeRoot, pi3, refusal } from '../fake-root.ts';
import { fakeRpio } from '../fake-rpio.ts';

interface Bench {
  readonly driver: PinDriver;
  /** What was asked of the library, in order. */
  readonly calls: readonly string[];
  /** How the library is asked for GPIO 3 as an input. */
  readonly claimed: string;
  /** Gives the wire at GPIO 3 a level; resolves when the driver can have noticed. */
  drive(level: Level): Promise<void> | void;
  /** The pin can't be read any more. */
  breakPin(): Promise<void> | void;
  isReleased(): boolean;
}

type MakeBench = (t: TestContext, clock: ManualClock, edges: () => number) => Bench;

/** Real time passes only in the kernel: wait until it has handed over. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    assert.ok(turns < 100_000, 'nothing comes');
    await nextTurn();
  }
}

const benches: Readonly<Record<string, MakeBench>> = {
  onoff: (t) => {
    const root = fakeRoot(t, { ...pi3, sysfsChips: debianSysfs });
    const onoff = fakeOnoff(root);
    const pin = () => onoff.pins.get(515) ?? assert.fail('not claimed');
    return {
      driver: onoffDriver({ root, load: async () => onoff }),
      calls: onoff.calls,
      claimed: 'new 515 in both activeLow=false',
      drive: (level) => {
        pin().level = level;
        pin().interrupt();
      },
      breakPin: () => {
        pin().gone = true;
        // The library reads in a callback of its own, where nobody catches.
        pin().interrupt();
        pin().interrupt();
      },
      isReleased: () => onoff.calls.filter((call) => call === 'unexport 515').length === 1,
    };
  },
  gpiochip: (t, _clock, edges) => {
    const root = fakeRoot(t, { ...pi3, devices: ['gpiochip0'] });
    const kernel = fakeGpiochip({ labels: { gpiochip0: 'pinctrl-bcm2835' } });
    // A line that stayed open would keep the process.
    t.after(() => kernel.unplug());
    return {
      driver: gpiochipDriver({ root, load: async () => kernel }),
      calls: kernel.calls,
      claimed: 'get 3 for blinky as input',
      drive: async (level) => {
        const before = edges();
        kernel.drive(3, level);
        await until(() => edges() > before);
      },
      breakPin: async () => {
        const before = edges();
        kernel.unplug();
        await until(() => edges() > before);
      },
      isReleased: () => {
        try {
          kernel.drive(3, 1);
          return false;
        } catch {
          return true;
        }
      },
    };
  },
  rpio: (t, clock) => {
    const root = fakeRoot(t, { ...pi3, devices: ['gpiomem'] });
    const rpio = fakeRpio();
    return {
      driver: rpioDriver({ root, clock, load: async () => rpio.library }),
      calls: rpio.calls,
      claimed: 'open 3 input pull=2',
      drive: (level) => {
        rpio.levels.set(3, level);
        clock.advance(pollMs);
      },
      breakPin: () => {
        rpio.isBroken = true;
        clock.advance(pollMs);
      },
      isReleased: () => rpio.calls.includes('close 3 reset=0'),
    };
  },
};

for (const [name, makeBench] of Object.entries(benches)) {
  describe(`an input of ${name}`, () => {
    async function pressable(t: TestContext) {
      const clock = new ManualClock();
      const reports: string[] = [];
      let edges = 0;
      const bench = makeBench(t, clock, () => edges);
      const input = await bench.driver.open((pins) => pins.input(3));
      const counted: InputPin = {
        read: input.read,
        watch: (onEdge, onFailure) =>
          input.watch(
            () => {
              edges += 1;
              onEdge();
            },
            (error) => {
              edges += 1;
              onFailure(error);
            },
          ),
        release: input.release,
      };
      const start = () =>
        new PushButton(counted, {
          clock,
          onPress: () => reports.push('press'),
          onHold: () => reports.push('hold'),
          onFailure: (error) => reports.push(`failure ${String(error)}`),
        });
      return { bench, clock, reports, input, start };
    }

    test('is asked for with edges, or pulled up, as far as the library can do that', async (t) => {
      const { bench, input } = await pressable(t);
      assert.equal(bench.calls.at(-1), bench.claimed);
      assert.equal(input.read(), 1);
      input.release();
    });

    test('a press and a hold', async (t) => {
      const { bench, clock, reports, start } = await pressable(t);
      const button = start();
      await bench.drive(0);
      clock.advance(200);
      assert.deepEqual(reports, []);
      await bench.drive(1);
      clock.advance(settleMs);
      assert.deepEqual(reports, ['press']);
      await bench.drive(0);
      clock.advance(settleMs + holdMs);
      assert.deepEqual(reports, ['press', 'hold']);
      await bench.drive(1);
      clock.advance(1000);
      assert.deepEqual(reports, ['press', 'hold']);
      button.close();
    });

    test('contacts that bounce make one press', async (t) => {
      const { bench, clock, reports, start } = await pressable(t);
      const button = start();
      for (const level of [0, 1, 0, 1, 0] as const) await bench.drive(level);
      clock.advance(100);
      for (const level of [1, 0, 1, 0, 1] as const) await bench.drive(level);
      clock.advance(100);
      assert.deepEqual(reports, ['press']);
      button.close();
    });

    test('a button that is down at the start counts only after it was let go', async (t) => {
      const { bench, clock, reports, start } = await pressable(t);
      // Nobody watches yet, so there is no edge to wait for.
      void bench.drive(0);
      const button = start();
      clock.advance(60_000);
      await bench.drive(1);
      clock.advance(100);
      assert.deepEqual(reports, []);
      await bench.drive(0);
      clock.advance(100);
      await bench.drive(1);
      clock.advance(100);
      assert.deepEqual(reports, ['press']);
      button.close();
    });

    test('closing lets go of the pin, and nothing comes after', async (t) => {
      const { bench, clock, reports, start } = await pressable(t);
      const button = start();
      await bench.drive(0);
      clock.advance(100);
      button.close();
      button.close();
      assert.equal(bench.isReleased(), true);
      assert.equal(clock.pending, 0);
      clock.advance(10_000);
      assert.deepEqual(reports, []);
    });

    test('a pin that breaks is reported once and let go, and the lights stay', async (t) => {
      const { bench, clock, reports, start } = await pressable(t);
      const lamps = await bench.driver.open(claimWired);
      lamps.green.set(true);
      start();
      const before = bench.calls.length;
      await bench.breakPin();
      clock.advance(10_000);
      assert.equal(reports.length, 1);
      assert.match(reports[0] ?? '', /^failure /);
      assert.ok(!bench.calls.slice(before).some((call) => /write|set \d/.test(call)));
      lamps.green.close();
      lamps.red.close();
    });
  });
}

test('a line that the chip can not give as an input is refused', async (t) => {
  const root = fakeRoot(t, { ...pi3, devices: ['gpiochip0'] });
  const kernel = fakeGpiochip({ labels: { gpiochip0: 'pinctrl-bcm2835' }, busy: { 3: 'i2c1' } });
  await assert.rejects(
    gpiochipDriver({ root, load: async () => kernel }).open((pins) => pins.input(3)),
    refusal(/GPIO 3 \(pin 5\) is in use by "i2c1"/, /Stop the program that uses it/),
  );
});
