import assert from 'node:assert/strict';
import type { RpioLibrary } from '../../../hardware/drivers/rpio-driver.ts';

export interface Misbehaviour {
  readonly warning?: string;
  readonly initError?: string;
  readonly refuse?: number;
}

/** rpio 2.4.2 as seen from outside. Like the real one it dies when used after `exit`. */
export function fakeRpio({ warning, initError, refuse }: Misbehaviour = {}) {
  const calls: string[] = [];
  const listeners = new Set<(message: string) => void>();
  const levels = new Map<number, number>();
  let isMapped = false;
  const state = { isBroken: false };
  const touch = () => assert.ok(isMapped, 'segmentation fault');
  const library: RpioLibrary = {
    INPUT: 0,
    OUTPUT: 1,
    PULL_UP: 2,
    PIN_PRESERVE: 0,
    init: (options) => {
      calls.push(`init ${JSON.stringify(options)}`);
      if (warning) for (const listener of listeners) listener(warning);
      if (initError) throw new Error(initError);
      isMapped = true;
    },
    open: (pin, mode, initial) => {
      touch();
      calls.push(
        mode === 0
          ? `open ${pin} input pull=${initial}`
          : `open ${pin} mode=${mode} level=${initial}`,
      );
      if (pin === refuse) throw new Error(`Pin ${pin} is not valid when using gpio mapping`);
    },
    read: (pin) => {
      touch();
      if (state.isBroken) throw new Error('the registers are gone');
      return levels.get(pin) ?? 1;
    },
    write: (pin, level) => {
      touch();
      calls.push(`write ${pin} ${level}`);
    },
    close: (pin, reset) => {
      touch();
      calls.push(`close ${pin} reset=${reset}`);
    },
    exit: () => {
      isMapped = false;
      calls.push('exit');
    },
    on: (_event, listener) => listeners.add(listener),
    removeListener: (_event, listener) => listeners.delete(listener),
  };
  return Object.assign(state, { library, calls, listeners, levels });
}
