import { byId, element } from './dom.js';
import { texts } from './texts.js';

const mostShown = 40;

/** Who has a session now. */
export function createUsersView() {
  const list = byId('users', HTMLUListElement);
  const note = byId('users-note', HTMLElement);
  const count = byId('users-count', HTMLElement);

  return {
    /** @param {number} number */
    count(number) {
      count.textContent = number.toLocaleString(texts.language);
    },
    /** @param {string} payload a JSON array of names */
    names(payload) {
      const names = namesIn(payload);
      const hidden = names.length > 0 && names.every((name) => name === '');
      const shown = hidden ? [] : names.slice(0, mostShown);
      list.replaceChildren(...shown.map((name) => element('li', {}, name)));
      const more = names.length - shown.length;
      if (hidden) note.textContent = texts.users.hidden;
      else if (names.length === 0) note.textContent = texts.users.none;
      else note.textContent = more > 0 ? texts.users.more(more) : '';
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
