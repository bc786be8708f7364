import { byId, element } from './dom.js';
import { placeOf } from './place.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/** An incomplete address isn't a mistake yet: it is checked after typing paused this long, ms. */
const typingPauseMs = 400;

/**
 * Step one: which address and layout the file gets, and the link to it.
 * @param {import('./session.js').Session} session
 */
export function createAddressChoice(session) {
  const form = byId('file-form', HTMLFormElement);
  const list = byId('addresses', HTMLElement);
  const other = byId('other-address', HTMLInputElement);
  const otherRow = byId('other-row', HTMLElement);
  const problem = byId('address-problem', HTMLElement);
  const notes = byId('address-notes', HTMLUListElement);
  const download = byId('download', HTMLAnchorElement);
  const preview = byId('preview', HTMLDetailsElement);
  const xml = byId('preview-xml', HTMLElement);

  /** Counts what was asked, since answers may come in another order. */
  let asked = 0;

  /** @param {URL | undefined} place */
  function showFile(place) {
    if (place) {
      download.href = place.href;
      download.removeAttribute('aria-disabled');
    } else {
      download.removeAttribute('href');
      download.setAttribute('aria-disabled', 'true');
      xml.textContent = '';
    }
  }

  /** @param {string} text @param {readonly string[]} others */
  function say(text, others) {
    problem.textContent = text;
    problem.hidden = text === '';
    notes.replaceChildren(...others.map((note) => element('li', {}, note)));
    notes.hidden = others.length === 0;
  }

  async function changed() {
    asked += 1;
    const question = asked;
    const chosen = new FormData(form);
    const isOther = chosen.get('address') === '';
    otherRow.hidden = !isOther;
    const address = isOther ? other.value.trim() : String(chosen.get('address'));
    // What the appliance offers is right; what was typed, it checks first.
    const file = fileFor(address, String(chosen.get('variant')));
    showFile(isOther ? undefined : file);
    if (address === '') return say('', []);
    if (isOther) await new Promise((resolve) => setTimeout(resolve, typingPauseMs));
    if (question !== asked) return;
    try {
      const answer = await session.get(`/api/appender-address?${new URLSearchParams({ address })}`);
      if (question !== asked) return;
      say(answer.problem ?? '', answer.notes);
      if (answer.problem !== null) return showFile(undefined);
      showFile(file);
    } catch (error) {
      if (question === asked) say(reasonOf(error), []);
      return;
    }
    if (!preview.open) return;
    const text = await (await fetch(file)).text();
    if (question === asked) xml.textContent = text;
  }

  form.addEventListener('input', () => void changed());
  form.addEventListener('submit', (event) => event.preventDefault());
  preview.addEventListener('toggle', () => void changed());

  return {
    /** @param {readonly { address: string, interfaceName: string }[]} addresses the best one first */
    fill(addresses) {
      list.replaceChildren(
        ...addresses.map(({ address, interfaceName }, index) =>
          choice(address, address, index === 0, interfaceName, address === hostInUse()),
        ),
        choice('', texts.setup.file.other, addresses.length === 0, '', false),
      );
      byId('addresses-none', HTMLElement).hidden = addresses.length > 0;
      void changed();
    },
  };
}

/** @param {string} address @param {string} variant */
const fileFor = (address, variant) =>
  placeOf(`/LocalLogConfig.xml?${new URLSearchParams({ address, variant })}`);

/** @param {unknown} error */
const reasonOf = (error) => (error instanceof Refusal ? error.message : texts.test.noAnswer);

/** The host that this page came from; URLs have IPv6 addresses in brackets. */
const hostInUse = () => location.hostname.replace(/^\[|\]$/g, '');

/**
 * @param {string} value
 * @param {string} label
 * @param {boolean} checked
 * @param {string} interfaceName
 * @param {boolean} isInUse
 */
function choice(value, label, checked, interfaceName, isInUse) {
  const notes = [interfaceName, isInUse ? texts.setup.file.reached : ''].filter(Boolean).join(', ');
  return element(
    'label',
    { class: 'choice' },
    element('input', { type: 'radio', name: 'address', value, checked }),
    ' ',
    element('span', {}, label),
    ' ',
    element('small', {}, notes),
  );
}
