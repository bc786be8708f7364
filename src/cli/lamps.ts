import { describeBoard } from '../../hardware/board.ts';
import { describePin } from '../../hardware/header.ts';
import type { Colour } from '../../hardware/lamp.ts';
import { type OpenedLamps, openLamps } from '../../hardware/open-lamps.ts';
import type { Config } from '../config/schema.ts';
import type { LampOpening } from '../lights/lights-sink.ts';
import type { Log } from '../platform/log.ts';

export interface LampOpenerOptions {
  readonly lightConfig: Config['lightConfig'];
  readonly log: Log;
  /** Told when simulated lights change. */
  readonly onSimulated: (colour: Colour, lit: boolean) => void;
}

/**
 * Makes the function that opens the lamps the configuration asks for. Real lights that were
 * wanted and are not to be had on a Raspberry Pi come as simulated ones, with the fault.
 */
export function createLampOpener(options: LampOpenerOptions): () => Promise<LampOpening> {
  const { lightConfig, log, onSimulated } = options;
  const { driver, green, red } = lightConfig;
  return async () => {
    const opened = await openLamps({ driver, wirings: { green, red }, onSimulated });
    for (const { driver: name, reason, remedy } of opened.refusals) {
      log.verbose(`driver ${name} can't be used: ${reason}. ${remedy}`);
    }
    if (opened.driver !== 'simulated') {
      const where = `green on ${describePin(green.pin)}, red on ${describePin(red.pin)}`;
      return { lamps: opened.lamps, description: `driver ${opened.driver}, ${where}` };
    }
    const description = `simulated lights (${describeBoard(opened.board)})`;
    if (driver !== 'auto' || !opened.board.isRaspberryPi)
      return { lamps: opened.lamps, description };
    return { lamps: opened.lamps, description, fault: noLightsOnPi(opened) };
  };
}

function noLightsOnPi({ refusals, board }: OpenedLamps): NonNullable<LampOpening['fault']> {
  const reasons = refusals.map(({ driver, reason, remedy }) => `${driver}: ${reason} (${remedy})`);
  return {
    message: `this is a ${board.model}, but no driver reaches its pins, so the lights are only simulated. ${reasons.join('. ')}`,
    remedy: 'Mend what one of the drivers names, and run `blinky check` to see the lights blink',
    needsPerson: true,
  };
}
