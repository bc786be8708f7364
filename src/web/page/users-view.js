import { byId, element } from './dom.js';
import { texts } from './texts.js';
import { readUserList, unlisted } from './user-list.js';

const mostShown = 40;

/** Who has a session now. */
export function createUsersView() {
  const rows = byId('users', HTMLUListElement);
  const note = byId('users-note', HTMLElement);
  const count = byId('users-count', HTMLElement);
  let number = 0;
  let list = readUserList('');

  function draw() {
    count.textContent = number.toLocaleString(texts.language);
    const shown = list.users.slice(0, mostShown);
    rows.replaceChildren(...shown.map(userRow));
    note.textContent = noteOf(shown.length);
  }

  /** @param {number} shown how many names are shown */
  function noteOf(shown) {
    if (number === 0) return texts.users.none;
    const more = unlisted(list, number, shown);
    // Those who may not know the names get an empty list of them.
    if (shown === 0 && more > 0) return texts.users.hidden;
    return [
      ...(more > 0 ? [texts.users.more(more)] : []),
      ...(list.anonymous > 0 ? [texts.users.anonymous(list.anonymous)] : []),
    ].join(', ');
  }

  return {
    /** @param {number} now */
    count(now) {
      number = now;
      draw();
    },
    /** @param {string} payload what the broker publishes about the users */
    list(payload) {
      list = readUserList(payload);
      draw();
    },
  };
}

/** The directory distinguishes users with the same name. @param {import('./user-list.js').User} user */
const userRow = ({ userId, userDirectory }) =>
  element('li', {}, userId, ' ', element('span', { class: 'quiet' }, userDirectory));
