import { byId, element } from './dom.js';
import { texts } from './texts.js';
import { readUserList, unlisted } from './user-list.js';

const mostShown = 40;

/** Who has a session now. */
export function createUsersView() {
  const list = byId('users', HTMLUListElement);
  const note = byId('users-note', HTMLElement);
  const count = byId('users-count', HTMLElement);
  let number = 0;
  let users = readUserList('');

  function draw() {
    count.textContent = number.toLocaleString(texts.language);
    const shown = users.names.slice(0, mostShown);
    list.replaceChildren(...shown.map((name) => element('li', {}, name)));
    note.textContent = noteOf(shown.length);
  }

  /** @param {number} shown how many names are shown */
  function noteOf(shown) {
    if (number === 0) return texts.users.none;
    const more = unlisted(users, number, shown);
    // Those who may not know the names get an empty list of them.
    if (shown === 0 && more > 0) return texts.users.hidden;
    return [
      ...(more > 0 ? [texts.users.more(more)] : []),
      ...(users.anonymous > 0 ? [texts.users.anonymous(users.anonymous)] : []),
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
      users = readUserList(payload);
      draw();
    },
  };
}
