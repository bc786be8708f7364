import { byId } from './dom.js';
import { addressOf, createSendersView } from './senders-view.js';
import { texts } from './texts.js';

/** Step 3: shows whether events have arrived from a server. */
export function createLiveCheck() {
  const state = byId('check-state', HTMLElement);
  const senders = createSendersView(
    byId('senders', HTMLUListElement),
    byId('senders-more', HTMLElement),
  );

  return {
    /** @param {readonly import('../senders.ts').Sender[]} all most recent first */
    show(all) {
      const newest = all.find(({ events }) => events > 0);
      const [wrong] = all;
      const { received, rejected, waiting } = texts.setup.check;
      const words = newest
        ? received(addressOf(newest))
        : wrong
          ? rejected(addressOf(wrong))
          : waiting;
      if (state.textContent !== words) state.textContent = words;
      state.className = newest ? 'check ok' : 'check waiting';
      senders.show(all);
    },
  };
}
