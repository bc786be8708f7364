import { byId, element, withCode } from './dom.js';
import { texts } from './texts.js';
import { momentOf } from './times.js';

/** @typedef {import('../../health/health.ts').PartStatus} PartStatus */

/**
 * @typedef {{
 *   version: string,
 *   parts: Record<string, PartStatus>,
 *   faultCode?: { flashes: number },
 * }} Status what of `/api/status` is shown here
 */

/**
 * Shows the state of every part.
 * @param {Readonly<Record<string, Node>>} actions what a person can do about a fault, by part
 */
export function createHealthView(actions = {}) {
  const list = byId('parts', HTMLUListElement);
  const summary = byId('health-summary', HTMLElement);
  const flashing = byId('health-flashing', HTMLElement);
  const version = byId('version', HTMLElement);
  const alarm = byId('alarm', HTMLAnchorElement);
  let shown = '';

  return {
    /** @param {Status} status */
    show({ version: number, parts, faultCode }) {
      const all = Object.entries(parts);
      const next = JSON.stringify([all, faultCode]);
      // Unchanged content is not redrawn: that would disturb screen readers and selections.
      if (next === shown) return;
      shown = next;
      const broken = all.filter(([, { state }]) => state === 'fault');
      summary.className = broken.length === 0 ? 'summary ok' : 'summary fault';
      summary.textContent =
        broken.length === 0 ? texts.health.allWell : texts.health.troubles(broken.length);
      const inOrder = all.sort(
        ([name, part], [otherName, other]) =>
          rank(part) - rank(other) || place(name) - place(otherName),
      );
      list.replaceChildren(
        ...inOrder.map(([name, part]) => {
          const row = element('li', { class: `part ${part.state}` });
          row.append(...partWords(name, part));
          const action = part.state === 'fault' ? actions[name] : undefined;
          if (action) row.append(action);
          return row;
        }),
      );
      alarm.hidden = broken.length === 0;
      alarm.textContent = texts.health.alarm(broken.length);
      flashing.textContent = faultCode ? texts.health.flashing(faultCode.flashes) : '';
      version.textContent = texts.health.version(number);
    },
    noAnswer() {
      shown = '';
      summary.className = 'summary fault';
      summary.textContent = texts.health.noAnswer;
    },
  };
}

/** Parts that don't work come first, parts that are off last. @param {PartStatus} part */
const rank = ({ state }) => ['fault', 'starting', 'ok', 'off'].indexOf(state);

const labelItems = [...byId('part-labels', HTMLUListElement).children];

/**
 * The label of each part, as served with the page, in the order in which parts are shown.
 * @type {ReadonlyMap<string, string>}
 */
const labels = new Map(
  labelItems.map((item) => [item.getAttribute('data-part') ?? '', item.textContent ?? '']),
);

/**
 * Where the manual explains the faults of a part: an anchor of its troubleshooting page.
 * @type {ReadonlyMap<string, string>}
 */
const helpAnchors = new Map(
  labelItems.map((item) => [
    item.getAttribute('data-part') ?? '',
    item.getAttribute('data-help') ?? '',
  ]),
);

/** Parts without a label come last. @param {string} name */
const place = (name) => ([...labels.keys()].indexOf(name) + 100) % 100;

/** The elements that describe a part. @param {string} name @param {PartStatus} part */
export function partWords(name, { state, message, remedy, since }) {
  const words = [
    element(
      'p',
      { class: 'head' },
      element('strong', {}, labels.get(name) ?? name),
      ' ',
      element('span', { class: 'state' }, texts.health.states[state]),
    ),
    element(
      'p',
      { class: 'detail' },
      ...withCode(sentence(message)),
      ...(state === 'fault' ? [` (${texts.health.since(momentOf(since))})`] : []),
    ),
  ];
  if (remedy) {
    const toDo = element('b', {}, texts.health.remedy);
    words.push(element('p', { class: 'remedy' }, toDo, ' ', ...withCode(sentence(remedy))));
  }
  const anchor = state === 'fault' ? helpAnchors.get(name) : undefined;
  if (anchor) {
    const href = `help/troubleshooting#${anchor}`;
    words.push(element('p', { class: 'remedy' }, element('a', { href }, texts.health.howToFix)));
  }
  return words;
}

/** Starts with a capital letter and ends with a full stop. @param {string} text */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
