import { element } from './dom.js';
import { nameOf } from './event-list.js';
import { texts } from './texts.js';
import { timeOfDay } from './times.js';

/** @typedef {import('../../events/user-event.ts').UserEvent} UserEvent */

/** What is said of an event to somebody who listens. @param {UserEvent} event */
export function eventSentence(event) {
  const user = nameOf(event) || texts.events.hiddenName;
  return texts.events.sentence(texts.kinds[event.kind], user, event.host);
}

/** One event: a line, and the rest on demand. @param {UserEvent} event */
export function eventRow(event) {
  const name = nameOf(event);
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { class: `dot ${event.kind}` }),
      element('span', { class: name ? 'who' : 'who hidden' }, name || texts.events.hiddenName),
      ' ',
      element('span', { class: 'place' }, texts.events.place(texts.kinds[event.kind], event.host)),
      ' ',
      timeOf(event),
    ),
  );
  // Hundreds of rows are made and hardly one is opened.
  details.addEventListener('toggle', () => details.append(eventDetails(event)), { once: true });
  return element('li', { class: 'event' }, details);
}

/** @param {UserEvent} event */
function timeOf({ receivedAt, timeUnknown }) {
  return timeUnknown
    ? element('span', { class: 'when' }, texts.events.timeUnknown)
    : element('time', { class: 'when', datetime: receivedAt }, timeOfDay(receivedAt));
}

/** @param {UserEvent} event */
function eventDetails(event) {
  const { events } = texts;
  const received = new Date(event.receivedAt).toLocaleString();
  /** @type {[string, string | undefined][]} */
  const rows = [
    [events.received, event.timeUnknown ? events.clockShowed(received) : received],
    [events.app, event.appId],
    [events.browser, event.browser && words(event.browser.name, event.browser.majorVersion)],
    [events.system, event.os && words(event.os.name, event.os.version)],
    [events.context, event.context],
    [events.origin, event.origin],
    [events.message, event.message],
    [events.sender, event.source],
    [events.layout, event.dialect],
  ];
  const list = element('dl', {});
  for (const [name, value] of rows) {
    if (value) list.append(element('dt', {}, name), element('dd', {}, value));
  }
  return list;
}

/** @param {string} name @param {string | undefined} version */
const words = (name, version) => (version ? `${name} ${version}` : name);
