import { describeBoard } from '../../hardware/board.ts';
import { createDrivers, type DriverName } from '../../hardware/drivers.ts';
import { describePin } from '../../hardware/header.ts';
import { type Colour, colours } from '../../hardware/lamp.ts';
import {
  describeRefusals,
  type OpenedLamps,
  openInput,
  openLamps,
} from '../../hardware/open-pins.ts';
import { PushButton, type PushButtonHandlers } from '../../hardware/push-button.ts';
import type { Config } from '../config/schema.ts';
import type { LampOpening } from '../lights/lights-sink.ts';
import type { Log } from '../platform/log.ts';

export interface PinOptions {
  readonly lightConfig: Config['lightConfig'];
  readonly log: { readonly lights: Log; readonly button: Log };
  /** Called when simulated lights change. */
  readonly onSimulated: (colour: Colour, lit: boolean) => void;
}

export interface PinOpeners {
  /**
   * Opens the lamps set in the configuration. If a Raspberry Pi's pins can't be used, returns
   * simulated lamps and the fault.
   */
  openLamps(): Promise<LampOpening>;
  /** Opens the button; undefined if the configuration has it off. */
  readonly openButton: ((handlers: PushButtonHandlers) => Promise<PushButton>) | undefined;
}

/** Creates the functions that open lamps and button, which share their drivers. */
export function createPinOpeners({ lightConfig, log, onSimulated }: PinOptions): PinOpeners {
  const { driver, button } = lightConfig;
  const colourAt = new Map(colours.map((colour) => [lightConfig[colour].pin, colour]));
  const drivers = createDrivers({
    onSimulated: (pin, on) => {
      const colour = colourAt.get(pin);
      if (colour) onSimulated(colour, on);
    },
  });
  let usedByLamps: DriverName | undefined;

  const openConfiguredLamps = async (): Promise<LampOpening> => {
    const opened = await openLamps({ driver, wirings: lightConfig, drivers });
    const { lamps, board, refusals } = opened;
    usedByLamps = opened.driver;
    for (const { driver: name, reason, remedy } of refusals) {
      log.lights.verbose(`driver ${name} can't be used: ${reason}. ${remedy}`);
    }
    if (opened.driver !== 'simulated') {
      const places = colours.map((one) => `${one} on ${describePin(lightConfig[one].pin)}`);
      return { lamps, description: `driver ${opened.driver}, ${places.join(', ')}` };
    }
    const description = `simulated lights (${describeBoard(board)})`;
    if (driver !== 'auto' || !board.isRaspberryPi) return { lamps, description };
    return { lamps, description, fault: noLightsOnPi(opened) };
  };

  const openButton = async (handlers: PushButtonHandlers): Promise<PushButton> => {
    const { pin } = button;
    const opened = await openInput({ driver, usedByLamps, pin, drivers });
    log.button.verbose(`driver ${opened.driver}, on ${describePin(pin)}`);
    return new PushButton(opened.input, handlers);
  };

  return {
    openLamps: openConfiguredLamps,
    openButton: button.enable ? openButton : undefined,
  };
}

function noLightsOnPi({ refusals, board }: OpenedLamps): NonNullable<LampOpening['fault']> {
  return {
    message: `no driver can control the pins of this ${board.model}, so the lights are simulated. ${describeRefusals(refusals)}`,
    remedy: 'Fix the problem of one of the drivers, then run `blinky check` to test the lights',
    needsAttention: true,
  };
}
