import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultPins,
  describePin,
  headerPin,
  headerPins,
  pinHint,
  powerPins,
  whyReserved,
} from '../../../hardware/header.ts';

test('every one of the 40 pins is a GPIO, a supply or a ground, and only one of them', () => {
  const pins = [...headerPins.map(({ pin }) => pin), ...Object.values(powerPins).flat()];
  assert.deepEqual(
    pins.sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  assert.deepEqual(
    headerPins.map(({ bcm }) => bcm),
    Array.from({ length: 28 }, (_, index) => index),
  );
});

test('the pins of the wiring guide are where it says', () => {
  assert.equal(headerPin(defaultPins.green)?.pin, 11);
  assert.equal(headerPin(defaultPins.red)?.pin, 13);
  assert.equal(headerPin(defaultPins.button)?.pin, 5);
  assert.equal(describePin(17), 'GPIO 17 (pin 11)');
  assert.ok(powerPins.ground.includes(9) && powerPins.ground.includes(14));
});

test('the lights are dark and the button is up from power-on until the program takes the pins', () => {
  assert.equal(headerPin(defaultPins.green)?.pull, 'down');
  assert.equal(headerPin(defaultPins.red)?.pull, 'down');
  assert.equal(headerPin(defaultPins.button)?.pull, 'up');
});

test('the pins of the ID EEPROM and those off the header are reserved', () => {
  assert.match(whyReserved(0) ?? '', /GPIO 0 \(pin 27\) is reserved for the ID EEPROM/);
  assert.match(whyReserved(28) ?? '', /the header has no GPIO 28/);
  assert.equal(whyReserved(2), undefined);
});

test('pins with another use come with a hint', () => {
  assert.match(pinHint(3) ?? '', /GPIO 3 \(pin 5\) is also used for I2C/);
  assert.match(pinHint(14) ?? '', /serial console/);
  assert.equal(pinHint(17), undefined);
  assert.equal(pinHint(0), undefined);
});
