import { byId } from './dom.js';
import { texts } from './texts.js';

/** @typedef {'green' | 'red'} Colour */

const colours = /** @type {const} */ (['green', 'red']);

/** The two lights of the page. */
export function createLights() {
  /** @param {Colour} colour */
  const parts = (colour) => ({
    light: byId(`light-${colour}`, HTMLElement),
    state: byId(`light-${colour}-state`, HTMLElement),
    shows: byId(`light-${colour}-shows`, HTMLElement),
  });
  const lights = { green: parts('green'), red: parts('red') };

  return {
    /** @param {Colour} colour @param {boolean} on */
    show(colour, on) {
      lights[colour].light.className = `light ${colour} ${on ? 'on' : 'off'}`;
      lights[colour].state.textContent = on ? texts.lights.on : texts.lights.off;
    },
    /** While nothing is heard of the real ones. */
    unknown() {
      for (const colour of colours) {
        lights[colour].light.className = `light ${colour} unknown`;
        lights[colour].state.textContent = texts.lights.unknown;
      }
    },
    /** What each light is lit for. @param {Record<Colour, { shows: (keyof typeof texts.shows)[] }>} status */
    explain(status) {
      for (const colour of colours) {
        const kinds = status[colour].shows.map((kind) => texts.shows[kind]);
        lights[colour].shows.textContent = kinds.join(', ') || texts.lights.unused;
      }
    },
  };
}
