import { byId, element, withCode } from './dom.js';
import { texts } from './texts.js';
import { momentOf } from './times.js';

/** @typedef {import('../../../health/health.ts').PartStatus} PartStatus */

/**
 * @typedef {{
 *   version: string,
 *   parts: Record<string, PartStatus>,
 *   faultCode?: { flashes: number },
 * }} Status what of `/api/status` is shown here
 */

/** How every part is doing, in words. */
export function createHealthView() {
  const list = byId('parts', HTMLUListElement);
  const summary = byId('health-summary', HTMLElement);
  const flashing = byId('health-flashing', HTMLElement);
  const version = byId('version', HTMLElement);
  let shown = '';

  return {
    /** @param {Status} status */
    show({ version: number, parts, faultCode }) {
      const all = Object.entries(parts);
      const next = JSON.stringify([all, faultCode]);
      // The same again would only disturb whoever reads it.
      if (next === shown) return;
      shown = next;
      const broken = all.filter(([, { state }]) => state === 'fault');
      summary.className = broken.length === 0 ? 'summary ok' : 'summary fault';
      summary.textContent =
        broken.length === 0 ? texts.health.allWell : texts.health.troubles(broken.length);
      const working = all.filter(([, { state }]) => state !== 'fault');
      list.replaceChildren(...[...broken, ...working].map(([name, part]) => partRow(name, part)));
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

/** @param {string} name @param {PartStatus} part */
function partRow(name, { state, message, remedy, since }) {
  /** @type {Readonly<Record<string, string>>} */
  const names = texts.health.parts;
  const row = element(
    'li',
    { class: `part ${state}` },
    element(
      'p',
      { class: 'head' },
      element('strong', {}, names[name] ?? name),
      ' ',
      element('span', { class: 'state' }, texts.health.states[state]),
    ),
    element('p', { class: 'detail' }, ...withCode(sentence(message))),
  );
  if (state === 'fault') {
    const since_ = element('span', { class: 'since' }, ` (${texts.health.since(momentOf(since))})`);
    row.lastElementChild?.append(since_);
  }
  if (remedy) {
    row.append(
      element(
        'p',
        { class: 'remedy' },
        element('b', {}, texts.health.remedy),
        ' ',
        ...withCode(sentence(remedy)),
      ),
    );
  }
  return row;
}

/** @param {string} text */
function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
