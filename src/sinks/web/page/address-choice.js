import { byId, element } from './dom.js';
import { texts } from './texts.js';

/** As the appliance checks it. */
const addressOrName = /^[\w.:-]{1,253}$/;

/** Step one: which address and layout the file gets, and the link to it. */
export function createAddressChoice() {
  const form = byId('file-form', HTMLFormElement);
  const list = byId('addresses', HTMLElement);
  const other = byId('other-address', HTMLInputElement);
  const otherRow = byId('other-row', HTMLElement);
  const problem = byId('address-problem', HTMLElement);
  const download = byId('download', HTMLAnchorElement);
  const preview = byId('preview', HTMLDetailsElement);
  const xml = byId('preview-xml', HTMLElement);

  function fileAddress() {
    const chosen = new FormData(form);
    const address = String(chosen.get('address') ?? '') || other.value.trim();
    otherRow.hidden = chosen.get('address') !== '';
    const isValid = addressOrName.test(address);
    problem.hidden = isValid || address === '';
    if (!isValid) return undefined;
    const query = new URLSearchParams({ address, variant: String(chosen.get('variant')) });
    return `/LocalLogConfig.xml?${query}`;
  }

  async function changed() {
    const address = fileAddress();
    if (address === undefined) {
      download.removeAttribute('href');
      download.setAttribute('aria-disabled', 'true');
      xml.textContent = '';
      return;
    }
    download.href = address;
    download.removeAttribute('aria-disabled');
    if (preview.open) xml.textContent = await (await fetch(address)).text();
  }

  form.addEventListener('input', () => void changed());
  form.addEventListener('submit', (event) => event.preventDefault());
  preview.addEventListener('toggle', () => void changed());

  return {
    /** @param {readonly { address: string, interfaceName: string }[]} addresses the best one first */
    fill(addresses) {
      list.replaceChildren(
        ...addresses.map(({ address, interfaceName }, index) =>
          choice(address, address, index === 0, interfaceName, address === location.hostname),
        ),
        choice('', texts.setup.file.other, addresses.length === 0, '', false),
      );
      byId('addresses-none', HTMLElement).hidden = addresses.length > 0;
      void changed();
    },
  };
}

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
