import { type DriverOptions, DriverRefusal, levelFor, type PinDriver } from '../pins.ts';

/** Outputs without hardware, which report to `onSimulated`. No inputs. */
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
          throw new DriverRefusal("simulated pins can't be read", 'Use a Raspberry Pi');
        },
      }),
  };
}
