import { byId, element } from './dom.js';
import { EventList } from './event-list.js';
import { eventRow, eventSentence } from './event-row.js';
import { texts } from './texts.js';
import { throttled } from './throttled.js';

/** @typedef {import('../../events/user-event.ts').UserEvent} UserEvent */

const rowsAtFirst = 20;
const rowsMore = 100;
/** The least time between two screen reader announcements, ms: reading a sentence takes a while. */
const announceEveryMs = 10_000;
/** Drawn at most so often, ms: nobody reads faster. */
const drawEveryMs = 100;

/** The list of events with its filter. */
export function createEventsView() {
  const list = new EventList();
  const rows = byId('events', HTMLUListElement);
  const user = byId('filter-user', HTMLInputElement);
  const host = byId('filter-host', HTMLSelectElement);
  const kind = byId('filter-kind', HTMLSelectElement);
  const pause = byId('pause', HTMLButtonElement);
  const pauseState = byId('pause-state', HTMLElement);
  const none = byId('events-none', HTMLElement);
  const noneMatch = byId('events-none-match', HTMLElement);
  const more = byId('events-more', HTMLButtonElement);
  const liveRegion = byId('announcer', HTMLElement);
  /** Rows by event, so that an open one stays open. @type {Map<string, HTMLLIElement>} */
  let drawn = new Map();
  let most = rowsAtFirst;
  /** @type {UserEvent[]} */
  let unannounced = [];

  function draw() {
    const shown = list.shown();
    const next = new Map(
      shown.slice(0, most).map((event) => [event.id, drawn.get(event.id) ?? eventRow(event)]),
    );
    for (const [id, row] of drawn) if (!next.has(id)) row.remove();
    let before = /** @type {Element | null} */ (rows.firstElementChild);
    for (const row of next.values()) {
      if (row === before) before = before.nextElementSibling;
      else rows.insertBefore(row, before);
    }
    drawn = next;
    none.hidden = list.length > 0;
    noneMatch.hidden = list.length === 0 || shown.length > 0;
    more.hidden = shown.length <= most;
    pauseState.textContent = list.paused ? texts.events.paused(list.waiting) : '';
    drawHosts();
  }

  function drawHosts() {
    const hosts = list.hosts();
    if (host.options.length === hosts.length + 1) return;
    const chosen = host.value;
    host.replaceChildren(
      element('option', { value: '' }, texts.events.all),
      ...hosts.map((name) => element('option', { value: name }, name)),
    );
    host.value = hosts.includes(chosen) ? chosen : '';
  }

  const drawSoon = throttled(drawEveryMs, draw);

  const announceWaiting = throttled(announceEveryMs, () => {
    const newest = unannounced.at(-1);
    if (newest) {
      liveRegion.textContent = texts.events.announce(unannounced.length, eventSentence(newest));
    }
    unannounced = [];
  });

  /** @param {UserEvent} event */
  function announceSoon(event) {
    if (document.hidden || list.paused) return;
    unannounced.push(event);
    announceWaiting();
  }

  function filterChanged() {
    list.filter = { user: user.value, host: host.value, kind: kind.value };
    most = rowsAtFirst;
    draw();
  }

  user.addEventListener('input', filterChanged);
  host.addEventListener('change', filterChanged);
  kind.addEventListener('change', filterChanged);
  byId('filter-reset', HTMLButtonElement).addEventListener('click', () => {
    for (const field of [user, host, kind]) field.value = '';
    filterChanged();
    user.focus();
  });
  byId('filters', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  pause.addEventListener('click', () => {
    if (list.paused) list.resume();
    else list.pause();
    pause.textContent = list.paused ? texts.events.resume : texts.events.pause;
    draw();
  });
  more.addEventListener('click', () => {
    most += rowsMore;
    draw();
  });

  return {
    /** @param {UserEvent} event */
    add(event) {
      if (!list.add(event)) return;
      drawSoon();
      announceSoon(event);
    },
    /** @param {readonly UserEvent[]} events newest first */
    fill(events) {
      list.fill(events);
      drawSoon();
    },
    /** Forgets what was shown: others may see less. */
    clear() {
      list.clear();
      draw();
    },
  };
}
