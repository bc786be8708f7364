import { element, withCode } from './dom.js';
import { sentence } from './health-view.js';
import { texts } from './texts.js';
import { momentOf } from './times.js';

/** @typedef {import('../senders.ts').Sender} Sender */

/** Sender addresses can be forged, so the list may be long. */
const mostShown = 10;

/**
 * Lists who sends datagrams, most recent first, and what is wrong with those rejected.
 * @param {HTMLUListElement} list
 * @param {HTMLElement} note
 */
export function createSendersView(list, note) {
  let shown = '';
  return {
    /** @param {readonly Sender[]} senders */
    show(senders) {
      const next = JSON.stringify(senders);
      // Unchanged content is not redrawn: that would disturb screen readers and selections.
      if (next === shown) return;
      shown = next;
      list.replaceChildren(...senders.slice(0, mostShown).map(senderRow));
      const more = senders.length - mostShown;
      note.hidden = more <= 0;
      note.textContent = more > 0 ? texts.senders.more(more) : '';
    },
  };
}

/** @param {Sender} sender */
function senderRow(sender) {
  const { events, lastEvent, lastRejection } = sender;
  const row = element(
    'li',
    { class: 'sender' },
    element('strong', {}, addressOf(sender)),
    ' ',
    element('small', {}, texts.senders.events(events)),
  );
  if (lastEvent) {
    const { host, command, at, timeUnknown } = lastEvent;
    const time = timeUnknown ? texts.events.timeUnknown : momentOf(at);
    row.append(element('p', {}, texts.senders.last(host, command, time)));
  }
  if (lastRejection) row.append(rejection(sender, lastRejection));
  return row;
}

/** @param {Sender} sender @param {NonNullable<Sender['lastRejection']>} lastRejection */
function rejection({ rejected }, { message, remedy, at }) {
  const reasons = Object.entries(rejected).sort(([, one], [, other]) => other - one);
  const count = reasons.reduce((sum, [, one]) => sum + one, 0);
  const list = reasons.map(([reason, one]) => texts.senders.reason(reason, one)).join(', ');
  return element(
    'div',
    { class: 'rejection' },
    element('p', {}, texts.senders.rejected(count, list)),
    element('p', {}, texts.senders.lastRejection(momentOf(at)), ' ', ...withCode(`${message}.`)),
    element('p', {}, element('b', {}, texts.health.remedy), ' ', ...withCode(sentence(remedy))),
  );
}

/** @param {Sender} sender */
export const addressOf = ({ address }) =>
  /^(::ffff:)?127\.|^::1$/.test(address) ? `${address} (${texts.senders.thisMachine})` : address;
