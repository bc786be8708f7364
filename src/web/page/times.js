/** Times as this browser's user writes them. */

const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const shortTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const dayMs = 24 * 60 * 60 * 1000;

/** @param {string} iso an ISO 8601 time */
export const timeOfDay = (iso) => clockTime.format(new Date(iso));

/** @param {number} timeMs ms since 1970 */
export const hoursAndMinutes = (timeMs) => shortTime.format(new Date(timeMs));

/**
 * With the day, when that is not within the last 24 hours.
 * @param {string} iso an ISO 8601 time
 */
export const momentOf = (iso) => {
  const time = new Date(iso);
  return Date.now() - time.getTime() < dayMs ? shortTime.format(time) : dayAndTime.format(time);
};
