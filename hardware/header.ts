import { recordOf } from '../src/platform/record-of.ts';
import { type Colour, colours, lampRows } from './lamp.ts';

/** One GPIO on the 40-pin header. */
export interface HeaderPin {
  /** BCM number, as in the configuration. */
  readonly bcm: number;
  /** Number of the pin on the header, 1 to 40. */
  readonly pin: number;
  /** The pull of the pin from power-on until a program uses it. */
  readonly pull: 'up' | 'down';
  /** What else the Pi can use the pin for. */
  readonly otherUse?: string;
}

/**
 * The GPIOs of the header of every 40-pin Raspberry Pi, by BCM number (Raspberry Pi hardware
 * documentation, "GPIO and the 40-pin header"; pulls: BCM2835 ARM Peripherals, table 6-31).
 * The 26-pin models have pins 1 to 26 of it.
 */
export const headerPins: readonly HeaderPin[] = [
  { bcm: 0, pin: 27, pull: 'up', otherUse: 'the ID EEPROM of expansion boards' },
  { bcm: 1, pin: 28, pull: 'up', otherUse: 'the ID EEPROM of expansion boards' },
  { bcm: 2, pin: 3, pull: 'up', otherUse: 'I2C (SDA)' },
  { bcm: 3, pin: 5, pull: 'up', otherUse: 'I2C (SCL)' },
  { bcm: 4, pin: 7, pull: 'up', otherUse: '1-Wire' },
  { bcm: 5, pin: 29, pull: 'up' },
  { bcm: 6, pin: 31, pull: 'up' },
  { bcm: 7, pin: 26, pull: 'up', otherUse: 'SPI (CE1)' },
  { bcm: 8, pin: 24, pull: 'up', otherUse: 'SPI (CE0)' },
  { bcm: 9, pin: 21, pull: 'down', otherUse: 'SPI (MISO)' },
  { bcm: 10, pin: 19, pull: 'down', otherUse: 'SPI (MOSI)' },
  { bcm: 11, pin: 23, pull: 'down', otherUse: 'SPI (SCLK)' },
  { bcm: 12, pin: 32, pull: 'down' },
  { bcm: 13, pin: 33, pull: 'down' },
  { bcm: 14, pin: 8, pull: 'down', otherUse: 'the serial console (TXD)' },
  { bcm: 15, pin: 10, pull: 'down', otherUse: 'the serial console (RXD)' },
  { bcm: 16, pin: 36, pull: 'down' },
  { bcm: 17, pin: 11, pull: 'down' },
  { bcm: 18, pin: 12, pull: 'down', otherUse: 'sound boards (I2S)' },
  { bcm: 19, pin: 35, pull: 'down', otherUse: 'sound boards (I2S)' },
  { bcm: 20, pin: 38, pull: 'down', otherUse: 'sound boards (I2S)' },
  { bcm: 21, pin: 40, pull: 'down', otherUse: 'sound boards (I2S)' },
  { bcm: 22, pin: 15, pull: 'down' },
  { bcm: 23, pin: 16, pull: 'down' },
  { bcm: 24, pin: 18, pull: 'down' },
  { bcm: 25, pin: 22, pull: 'down' },
  { bcm: 26, pin: 37, pull: 'down' },
  { bcm: 27, pin: 13, pull: 'down' },
];

/** The pins of the header that are not GPIOs. */
export const powerPins = {
  '3.3 V': [1, 17],
  '5 V': [2, 4],
  ground: [6, 9, 14, 20, 25, 30, 34, 39],
} as const;

/** The pins in the wiring picture and in the default configuration; BCM numbers. */
export const defaultPins: Readonly<Record<Colour | 'button', number>> = {
  ...recordOf(colours, (colour) => lampRows[colour].pin),
  button: 3,
};

/** Returns the header's entry for a BCM number, if there is one. */
export function headerPin(bcm: number): HeaderPin | undefined {
  return headerPins.find((pin) => pin.bcm === bcm);
}

/** Describes a pin for a person who wires it, e.g. `GPIO 17 (pin 11)`. */
export function describePin(bcm: number): string {
  const pin = headerPin(bcm);
  return pin ? `GPIO ${bcm} (pin ${pin.pin})` : `GPIO ${bcm}`;
}

/** Returns why this BCM number can't be used; undefined if it can. */
export function whyReserved(bcm: number): string | undefined {
  const pin = headerPin(bcm);
  if (!pin) return `the header has no GPIO ${bcm}; use 2 to 27`;
  if (bcm <= 1) return `${describePin(bcm)} is reserved for ${pin.otherUse}`;
  return undefined;
}

/** Returns what to know before wiring something to this BCM number; undefined if nothing. */
export function pinHint(bcm: number): string | undefined {
  const otherUse = headerPin(bcm)?.otherUse;
  if (!otherUse || whyReserved(bcm)) return undefined;
  return `${describePin(bcm)} is also used for ${otherUse}, which must be switched off`;
}
