/** @typedef {{ userDirectory: string, userId: string }} User */

/**
 * @typedef {object} UserList
 * @property {User[]} users those with a name, sorted by it
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
    users: users.map(userIn).sort(compareNames),
    anonymous: Number(list?.anonymous) || 0,
  };
}

/**
 * How many of all users have a name that is not among those shown.
 * @param {UserList} list @param {number} count of all users @param {number} shown
 */
export function unlisted({ users, anonymous }, count, shown) {
  // The two messages do not come at the same moment.
  return Math.max(users.length, count - anonymous, shown) - shown;
}

/** @param {any} user @returns {User} */
const userIn = (user) => ({
  userDirectory: String(user?.userDirectory ?? ''),
  userId: String(user?.userId ?? ''),
});

/** @param {User} one @param {User} other */
const compareNames = (one, other) =>
  one.userId.localeCompare(other.userId) || one.userDirectory.localeCompare(other.userDirectory);
