/** What the search of the manual finds, and what it shows of it. */

/** @typedef {import('../help/build-help.ts').SearchEntry} SearchEntry */

/** How much of a text is shown around the first word found, characters. */
const before = 50;
const after = 160;

/** @param {string} text */
export const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

/**
 * The sections that have all the words, the best first.
 * @param {readonly SearchEntry[]} entries @param {readonly string[]} words
 */
export function rank(entries, words) {
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ entry }) => entry);
}

/** @param {SearchEntry} entry @param {readonly string[]} words */
function scoreOf([, title, heading, text], words) {
  let score = 0;
  for (const word of words) {
    const inHeading = weigh(heading, word) * 5;
    const inText = weigh(text, word);
    const inTitle = weigh(title, word);
    if (inHeading + inText + inTitle === 0) return 0;
    score += inHeading + inText + inTitle;
  }
  return score;
}

/** A whole word counts more than the beginning of one, that more than the middle. */
function weigh(/** @type {string} */ text, /** @type {string} */ word) {
  const lower = text.toLowerCase();
  let best = 0;
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
    const begins = at === 0 || !/[\p{L}\p{N}]/u.test(lower.charAt(at - 1));
    const ends = !/[\p{L}\p{N}]/u.test(lower.charAt(at + word.length));
    best = Math.max(best, begins && ends ? 4 : begins ? 3 : 1);
  }
  return best;
}

/** @param {string} text @param {readonly string[]} words */
export function excerptOf(text, words) {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  const first = places.length > 0 ? Math.min(...places) : 0;
  const from = first <= before ? 0 : text.indexOf(' ', first - before) + 1;
  const longest = from + before + after;
  const end = longest < text.length ? text.lastIndexOf(' ', longest) : text.length;
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`;
}

/**
 * The text cut at the words; each second piece is one of them.
 * @param {string} text @param {readonly string[]} words
 */
export function piecesOf(text, words) {
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.split(new RegExp(`(${pattern})`, 'giu'));
}
