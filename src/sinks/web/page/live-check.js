import { byId, element } from './dom.js';
import { texts } from './texts.js';
import { timeOfDay } from './times.js';

/** @typedef {{ address: string, host: string, command: string, at: string, events: number }} Sender */
/** @typedef {{ sender: string, at: string, explanation: string }} Rejected */

/** Step three: whether anything has come from a server yet. */
export function createLiveCheck() {
  const state = byId('check-state', HTMLElement);
  const list = byId('senders', HTMLUListElement);
  const rejectedBox = byId('rejected', HTMLElement);
  let shown = '';

  return {
    /**
     * @param {{ senders: readonly Sender[], lastRejected: Rejected | null }} setup the one heard of last comes first
     */
    show({ senders, lastRejected }) {
      const next = JSON.stringify([senders, lastRejected]);
      if (next === shown) return;
      shown = next;
      const [newest] = senders;
      const words = newest
        ? texts.setup.check.received(addressOf(newest))
        : texts.setup.check.waiting;
      if (state.textContent !== words) state.textContent = words;
      state.className = newest ? 'check ok' : 'check waiting';
      list.replaceChildren(...senders.map((sender) => senderRow(sender, senders.length > 1)));
      const isNews = lastRejected && (!newest || lastRejected.at > newest.at);
      rejectedBox.hidden = !isNews;
      rejectedBox.replaceChildren(...(isNews ? rejection(lastRejected) : []));
    },
  };
}

/** @param {Sender} sender @param {boolean} withAddress whether there are others to tell it from */
function senderRow(sender, withAddress) {
  const { check } = texts.setup;
  return element(
    'li',
    {},
    ...(withAddress ? [element('strong', {}, addressOf(sender)), ' '] : []),
    check.last(sender.host, sender.command, timeOfDay(sender.at)),
    ' ',
    element('small', {}, check.events(sender.events)),
  );
}

/** @param {Rejected} rejected */
function rejection({ sender, at, explanation }) {
  return [
    element('p', {}, texts.setup.check.rejected(sender, timeOfDay(at))),
    element('p', {}, explanation),
  ];
}

/** @param {Sender} sender */
const addressOf = ({ address }) =>
  /^127\.|^::1$/.test(address) ? `${address} (${texts.setup.check.thisMachine})` : address;
