/**
 * @typedef {object} UserList
 * @property {string[]} names `LAB/goran`, sorted
 * @property {number} anonymous how many users have no name
 */

/**
 * Reads what the broker publishes about the active users.
 * @param {string} payload @returns {UserList}
 */
export function readUserList(payload) {
  /** @type {any} */
  let list;
  try {
    list = JSON.parse(payload);
  } catch {
    list = undefined;
  }
  const users = Array.isArray(list?.users) ? list.users : [];
  return {
    names: users.map(fullName).sort(compareNames),
    anonymous: Number(list?.anonymous) || 0,
  };
}

/**
 * How many of all users have a name that is not among those shown.
 * @param {UserList} list @param {number} count of all users @param {number} shown
 */
export function unlisted({ names, anonymous }, count, shown) {
  // The two messages do not come at the same moment.
  return Math.max(names.length, count - anonymous, shown) - shown;
}

/** @param {any} user @returns {string} */
const fullName = (user) => `${user?.userDirectory}/${user?.userId}`;

/** @param {string} one @param {string} other */
const compareNames = (one, other) => one.localeCompare(other);
