import { byId, element } from './dom.js';
import { excerptOf, piecesOf, rank, wordsOf } from './manual-search.js';
import { texts } from './texts.js';

/** The search of the manual, in its index; everything else of the pages under /help is plain HTML. */

/**
 * Address below /help, title of the page, heading, text.
 * @typedef {import('../help/build-help.ts').SearchEntry} SearchEntry
 */

const mostResults = 20;

const form = byId('search', HTMLFormElement);
const query = byId('query', HTMLInputElement);
const status = byId('search-status', HTMLElement);
const title = byId('results-title', HTMLElement);
const results = byId('results', HTMLOListElement);
const page = byId('page', HTMLElement);
const pages = form.dataset['pages'] ?? 'help';

/** @type {Promise<SearchEntry[]> | undefined} */
let index;

form.hidden = false;
query.addEventListener('focus', () => void loadIndex().catch(() => undefined));
query.addEventListener('input', () => void search());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  results.querySelector('a')?.click();
});
results.addEventListener('click', (event) => {
  // A result on this page: nothing is loaded, so the search has to make way by itself.
  if (event.target instanceof Element && event.target.closest('a')) setTimeout(clear);
});
document.addEventListener('keydown', onKey);
// Chromium keeps what was typed when one comes back to the page.
if (query.value !== '') void search();

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    query.focus();
    query.select();
  } else if (event.key === 'Escape' && !results.hidden) {
    clear();
    query.focus();
  } else if (!results.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    /** @type {(Element | null)[]} */
    const stops = [query, ...results.querySelectorAll('a')];
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (at < 0 || !(next instanceof HTMLElement)) return;
    next.focus();
  } else return;
  event.preventDefault();
}

function loadIndex() {
  index ??= fetch(`${pages}/search.json`).then((response) => {
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  });
  index.catch(() => {
    index = undefined;
  });
  return index;
}

function clear() {
  query.value = '';
  show([], [], '');
}

async function search() {
  const wanted = query.value.trim();
  const words = wordsOf(wanted);
  if (words.length === 0) return show([], [], '');
  try {
    const entries = await loadIndex();
    if (query.value.trim() !== wanted) return;
    const found = rank(entries, words);
    show(found.slice(0, mostResults), words, texts.help.found(found.length, wanted));
  } catch {
    show([], [], texts.help.noAnswer);
  }
}

/** @param {readonly SearchEntry[]} found @param {readonly string[]} words @param {string} message */
function show(found, words, message) {
  const isSearching = message !== '';
  status.textContent = message;
  results.hidden = found.length === 0;
  page.hidden = isSearching;
  title.hidden = !isSearching;
  results.replaceChildren(...found.map((entry) => resultOf(entry, words)));
}

/** @param {SearchEntry} entry @param {readonly string[]} words */
function resultOf([address, title, heading, text], words) {
  const link = element('a', { href: `${pages}${address}` }, ...marked(heading, words));
  const where = heading === title ? [] : [element('span', { class: 'quiet' }, title)];
  return element(
    'li',
    {},
    link,
    ...where,
    element('p', {}, ...marked(excerptOf(text, words), words)),
  );
}

/** The text with the words marked. @param {string} text @param {readonly string[]} words */
const marked = (text, words) =>
  piecesOf(text, words).map((piece, position) =>
    position % 2 === 1 ? element('mark', {}, piece) : piece,
  );
