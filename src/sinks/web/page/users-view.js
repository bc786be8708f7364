import { byId, element } from './dom.js';
import { texts } from './texts.js';

const mostShown = 40;

/** Who has a session now. */
export function createUsersView() {
  const list = byId('users', HTMLUListElement);
  const note = byId('users-note', HTMLElement);
  const count = byId('users-count', HTMLElement);
  let number = 0;
  /** @type {string[]} */
  let names = [];

  function draw() {
    count.textContent = number.toLocaleString(texts.language);
    const shown = names.slice(0, mostShown);
    list.replaceChildren(...shown.map((name) => element('li', {}, name)));
    const more = names.length - shown.length;
    // Those who may not know the names get an empty list of them.
    if (names.length === 0) note.textContent = number > 0 ? texts.users.hidden : texts.users.none;
    else note.textContent = more > 0 ? texts.users.more(more) : '';
  }

  return {
    /** @param {number} now */
    count(now) {
      number = now;
      draw();
    },
    /** @param {string} payload a JSON array of names */
    names(payload) {
      names = namesIn(payload);
      draw();
    },
  };
}

/** @param {string} payload @returns {string[]} */
function namesIn(payload) {
  try {
    const names = JSON.parse(payload);
    return Array.isArray(names) ? names.map(String).sort((a, b) => a.localeCompare(b)) : [];
  } catch {
    return [];
  }
}
