import { byId } from './dom.js';
import { texts } from './texts.js';

/** @typedef {import('../../../hardware/lamp.ts').Colour} Colour */
/** @typedef {import('../../events/kinds.ts').EventKind} EventKind */

/** The lights of the page: those that it has an element for. */
export function createLights() {
  const lights = new Map(
    [...document.querySelectorAll('[data-colour]')].map((light) => {
      const colour = /** @type {Colour} */ (light.getAttribute('data-colour'));
      const state = byId(`light-${colour}-state`, HTMLElement);
      const shows = byId(`light-${colour}-shows`, HTMLElement);
      return [`blinky/light/${colour}`, { colour, light, state, shows }];
    }),
  );

  return {
    /** The topics that report the real lights. */
    topics: [...lights.keys()],
    /** Shows a message, and returns whether it was about a light. @param {string} topic @param {string} payload */
    show(topic, payload) {
      const known = lights.get(topic);
      if (!known) return false;
      const on = payload === 'ON';
      known.light.className = `light ${known.colour} ${on ? 'on' : 'off'}`;
      known.state.textContent = on ? texts.lights.on : texts.lights.off;
      return true;
    },
    /** Shown while the state of the real lights is unknown. */
    unknown() {
      for (const { colour, light, state } of lights.values()) {
        light.className = `light ${colour} unknown`;
        state.textContent = texts.lights.unknown;
      }
    },
    /** What each light is lit for. @param {Record<Colour, { shows: EventKind[] }>} status */
    explain(status) {
      for (const { colour, shows } of lights.values()) {
        const kinds = status[colour].shows.map((kind) => texts.shows[kind]);
        shows.textContent = kinds.join(', ') || texts.lights.unused;
      }
    },
  };
}
