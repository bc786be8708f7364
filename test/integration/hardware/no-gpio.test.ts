import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readBoard } from '../../../hardware/board.ts';
import { gpiochipDriver } from '../../../hardware/drivers/gpiochip-driver.ts';
import type { LampWirings } from '../../../hardware/lamp.ts';
import { openLamps } from '../../../hardware/open-pins.ts';
import { claimLamps } from '../../../hardware/pin-lamp.ts';
import { DriverRefusal } from '../../../hardware/pins.ts';

const wirings: LampWirings = {
  green: { pin: 17, activeLow: false },
  red: { pin: 27, activeLow: false },
};

test('auto on a machine without a header ends at simulated, with every reason', async (t) => {
  // On a Raspberry Pi this test must not touch the pins: there it looks into an empty folder.
  const root = readBoard().isRaspberryPi ? emptyFolder(t) : '/';
  const { driver, refusals, lamps, board } = await openLamps({ driver: 'auto', wirings, root });
  assert.equal(driver, 'simulated');
  assert.deepEqual(
    refusals.map((refusal) => refusal.driver),
    ['onoff', 'gpiochip', 'rpio'],
  );
  for (const { reason, remedy } of refusals) {
    assert.ok(reason.length > 10 && remedy.length > 10);
    assert.doesNotMatch(reason, /\n/);
  }
  assert.equal(board.isRaspberryPi, false);
  lamps.green.set(true);
  lamps.green.close();
  lamps.red.close();
});

test('the real koffi asks the kernel, and a device that is no GPIO chip is a clean refusal', async (t) => {
  const root = emptyFolder(t);
  mkdirSync(join(root, 'dev'));
  symlinkSync('/dev/null', join(root, 'dev/gpiochip0'));
  await assert.rejects(
    gpiochipDriver({ root }).open((pins) => claimLamps(pins, wirings)),
    (error: unknown) =>
      error instanceof DriverRefusal &&
      error.message === 'none of /dev/gpiochip* is the header of a Raspberry Pi',
  );
});

function emptyFolder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'blinky-root-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}
