import { messageOf } from '../src/platform/errors.ts';
import { type Board, readBoard } from './board.ts';
import { createDrivers, type DriverName, type NamedDriver } from './drivers.ts';
import { describePin, whyReserved } from './header.ts';
import { colours, type Lamps, type LampWirings } from './lamp.ts';
import { claimLamps } from './pin-lamp.ts';
import { DriverRefusal, type InputPin, type Pins } from './pins.ts';

/** Why one driver was skipped, for users. */
export interface Refusal {
  readonly driver: DriverName;
  readonly reason: string;
  readonly remedy: string;
}

interface Opened {
  /** The driver that controls the pins. */
  readonly driver: DriverName;
  /** The drivers that were tried before it, in order. */
  readonly refusals: readonly Refusal[];
  /** The board. On a Raspberry Pi, `simulated` means that something is wrong. */
  readonly board: Board;
}

export interface OpenedLamps extends Opened {
  readonly lamps: Lamps;
}

export interface OpenedInput extends Opened {
  readonly input: InputPin;
}

interface OpenOptions {
  /** The configured driver. */
  readonly driver: 'auto' | DriverName;
  /** The root of the file system: `/` except in tests. */
  readonly root?: string;
  /** The drivers in the order in which `auto` tries them. */
  readonly drivers?: readonly NamedDriver[];
}

export interface OpenLampsOptions extends OpenOptions {
  readonly wirings: LampWirings;
}

export interface OpenInputOptions extends OpenOptions {
  /** BCM number of the GPIO. */
  readonly pin: number;
  /** The driver that the lights use, if known; tried first. */
  readonly usedByLamps?: DriverName | undefined;
}

/**
 * Opens the lights, switched off, with the named driver or with the first that works.
 * Throws `DriverRefusal` if the named driver refuses or the pins can't be used at all.
 */
export async function openLamps(options: OpenLampsOptions): Promise<OpenedLamps> {
  const { driver: wanted, wirings, root = '/', drivers = createDrivers({ root }) } = options;
  checkWirings(wirings);
  const candidates = drivers.filter(({ name }) => wanted === 'auto' || name === wanted);
  const { claimed, ...opened } = await firstThatClaims(candidates, readBoard(root), (pins) =>
    claimLamps(pins, wirings),
  );
  return { ...opened, lamps: claimed };
}

/**
 * Opens an input with the named driver; with `auto`, or if the named one has no inputs, with that of
 * the lights, otherwise with the first that works. Throws `DriverRefusal` if none does.
 */
export async function openInput(options: OpenInputOptions): Promise<OpenedInput> {
  const { driver: wanted, pin, usedByLamps, root = '/' } = options;
  const able = (options.drivers ?? createDrivers({ root })).filter(({ hasInputs }) => hasInputs);
  const named = able.filter(({ name }) => name === wanted);
  const rank = ({ name }: NamedDriver) => (name === usedByLamps ? 0 : 1);
  const candidates = named.length > 0 ? named : able.toSorted((a, b) => rank(a) - rank(b));
  const { claimed, ...opened } = await firstThatClaims(candidates, readBoard(root), (pins) =>
    pins.input(pin),
  );
  return { ...opened, input: claimed };
}

/** Returns refusals as one text, for users. */
export function describeRefusals(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ driver, reason, remedy }) => `${driver}: ${reason} (${remedy})`)
    .join('. ');
}

async function firstThatClaims<Claimed>(
  candidates: readonly NamedDriver[],
  board: Board,
  claim: (pins: Pins) => Claimed,
): Promise<Opened & { readonly claimed: Claimed }> {
  const refusals: Refusal[] = [];
  let first: DriverRefusal | undefined;
  for (const driver of candidates) {
    try {
      const claimed = await driver.open(claim);
      return { driver: driver.name, refusals, board, claimed };
    } catch (error) {
      const refused = asRefused(error);
      first ??= refused;
      refusals.push({ driver: driver.name, reason: refused.message, remedy: refused.remedy });
    }
  }
  // Except on a Pi, they all say the same.
  if (first && (refusals.length === 1 || !board.isRaspberryPi)) throw first;
  throw new DriverRefusal(
    `no driver can control the pins. ${describeRefusals(refusals)}`,
    'Fix the problem reported for one of the drivers',
  );
}

/** Rejects reserved pins and pins for two lights; the configuration has normally rejected them. */
function checkWirings(wirings: LampWirings): void {
  const remedy = 'Choose another pin in lightConfig';
  const used = new Set<number>();
  for (const colour of colours) {
    const { pin } = wirings[colour];
    const reserved = whyReserved(pin);
    if (reserved) throw new DriverRefusal(reserved, remedy);
    if (used.has(pin)) {
      throw new DriverRefusal(`two lights are wired to ${describePin(pin)}`, remedy);
    }
    used.add(pin);
  }
}

function asRefused(error: unknown): DriverRefusal {
  if (error instanceof DriverRefusal) return error;
  const message = messageOf(error);
  return new DriverRefusal(message, 'Choose another driver', { cause: error });
}
