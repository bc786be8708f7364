import { type DriverOptions, DriverRefusal, levelFor, type PinDriver } from '../pins.ts';

/** Outputs without hardware: they report to `onSimulated`. There is nothing to read. */
export function simulatedDriver({ onSimulated }: DriverOptions = {}): PinDriver {
  return {
    hasInputs: false,
    open: async (claim) =>
      claim({
        output: (wiring) => {
          const onLevel = levelFor(wiring, true);
          let isOn = false;
          return {
            write: (level) => {
              if ((level === onLevel) === isOn) return;
              isOn = !isOn;
              onSimulated?.(wiring.pin, isOn);
            },
            release: () => {},
          };
        },
        input: () => {
          throw new DriverRefusal('nothing is simulated that could be read', 'Use a Raspberry Pi');
        },
      }),
  };
}
