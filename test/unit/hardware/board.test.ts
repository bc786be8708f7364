import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBoard, readBoard } from '../../../hardware/board.ts';
import { debianSysfs, fakeRoot, pi3, pi5 } from './fake-root.ts';

test('a Pi 3 is known by its device tree, and its header by the label of the chip', (t) => {
  const board = readBoard(fakeRoot(t, { ...pi3, sysfsChips: debianSysfs }));
  assert.equal(board.model, 'Raspberry Pi 3 Model B Rev 1.2');
  assert.equal(board.isRaspberryPi, true);
  assert.equal(board.soc, 'bcm2837');
  assert.equal(board.kernel, '6.12.48+deb13-arm64');
  assert.deepEqual(board.sysfsChip, { label: 'pinctrl-bcm2835', base: 512 });
  assert.equal(describeBoard(board), 'Raspberry Pi 3 Model B Rev 1.2, kernel 6.12.48+deb13-arm64');
});

test('the header is found whatever its chip is numbered', (t) => {
  const label = 'pinctrl-rp1';
  const chips = [
    { label: 'gpio-brcmstb@107d508500', base: 512 },
    { label, base: 571 },
  ];
  const board = readBoard(fakeRoot(t, { ...pi5, sysfsChips: chips }));
  assert.equal(board.soc, 'bcm2712');
  assert.deepEqual(board.sysfsChip, { label, base: 571 });
});

test('a kernel without sysfs GPIO has no sysfs chip', (t) => {
  assert.equal(readBoard(fakeRoot(t, pi5)).sysfsChip, undefined);
});

test('a PC is no Raspberry Pi', (t) => {
  const board = readBoard(fakeRoot(t, { kernel: '6.1.0-amd64' }));
  assert.equal(board.isRaspberryPi, false);
  assert.equal(board.model, undefined);
  assert.equal(board.soc, undefined);
  assert.equal(describeBoard(board), 'not a Raspberry Pi, kernel 6.1.0-amd64');
});

test('another board with GPIO is no Raspberry Pi either', (t) => {
  const board = readBoard(
    fakeRoot(t, { model: 'Xunlong Orange Pi Zero', sysfsChips: [{ label: '1c20800', base: 0 }] }),
  );
  assert.equal(board.isRaspberryPi, false);
  assert.equal(board.sysfsChip, undefined);
});

test('the kernel command line is read word by word', (t) => {
  const board = readBoard(fakeRoot(t, { ...pi3, commandLine: 'console=tty1 iomem=relaxed' }));
  assert.deepEqual(board.commandLine, ['console=tty1', 'iomem=relaxed']);
});
