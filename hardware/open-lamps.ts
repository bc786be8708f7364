import { type Board, readBoard } from './board.ts';
import { gpiochipDriver } from './drivers/gpiochip-driver.ts';
import { onoffDriver } from './drivers/onoff-driver.ts';
import { rpioDriver } from './drivers/rpio-driver.ts';
import { type SimulatedListener, simulatedDriver } from './drivers/simulated-driver.ts';
import { describePin, whyReserved } from './header.ts';
import { colours, DriverRefusal, type LampDriver, type Lamps, type LampWirings } from './lamp.ts';

/** Why one driver was passed over, for a person. */
export interface Refusal {
  readonly driver: LampDriver['name'];
  readonly reason: string;
  readonly remedy: string;
}

export interface OpenedLamps {
  /** The driver that drives the lights. */
  readonly driver: LampDriver['name'];
  readonly lamps: Lamps;
  /** The drivers that `auto` tried before it, in order. */
  readonly refusals: readonly Refusal[];
  /** Where this is. On a Raspberry Pi, `simulated` means that something is wrong. */
  readonly board: Board;
}

export interface OpenLampsOptions {
  readonly driver: 'auto' | LampDriver['name'];
  readonly wirings: LampWirings;
  /** Told how simulated lights change. */
  readonly onSimulated?: SimulatedListener;
  /** The root of the file system: `/` but in tests. */
  readonly root?: string;
  /** The drivers in the order in which `auto` tries them; tests give their own. */
  readonly drivers?: readonly LampDriver[];
}

/** Every driver, in the order in which `auto` tries them. */
export function lampDrivers(root = '/', onSimulated?: SimulatedListener): readonly LampDriver[] {
  return [
    onoffDriver({ root }),
    gpiochipDriver({ root }),
    rpioDriver({ root }),
    simulatedDriver(onSimulated),
  ];
}

/**
 * Opens both lights, dark, with the named driver, or with the first that works.
 * Throws `DriverRefusal` when the named driver refuses, or when the pins can't be used at all.
 */
export async function openLamps(options: OpenLampsOptions): Promise<OpenedLamps> {
  const { driver: wanted, wirings, root = '/', onSimulated } = options;
  const drivers = options.drivers ?? lampDrivers(root, onSimulated);
  const board = readBoard(root);
  checkWirings(wirings);
  const candidates = drivers.filter(({ name }) => wanted === 'auto' || name === wanted);
  const refusals: Refusal[] = [];
  for (const driver of candidates) {
    try {
      const lamps = await driver.open(wirings);
      return { driver: driver.name, lamps, refusals, board };
    } catch (error) {
      const refused = asRefused(error);
      if (wanted !== 'auto') throw refused;
      refusals.push({ driver: driver.name, reason: refused.message, remedy: refused.remedy });
    }
  }
  throw new DriverRefusal('no driver could be opened', 'Use the driver simulated');
}

/** A reserved pin or one for both lights; the configuration refuses these before. */
function checkWirings(wirings: LampWirings): void {
  const remedy = 'Choose another pin in lightConfig';
  for (const colour of colours) {
    const reserved = whyReserved(wirings[colour].pin);
    if (reserved) throw new DriverRefusal(reserved, remedy);
  }
  const { pin } = wirings.green;
  if (pin === wirings.red.pin) {
    throw new DriverRefusal(`both lights are wired to ${describePin(pin)}`, remedy);
  }
}

function asRefused(error: unknown): DriverRefusal {
  if (error instanceof DriverRefusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DriverRefusal(message, 'Choose another driver', { cause: error });
}
