import { byId } from './dom.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/** @typedef {import('../../events/kinds.ts').EventKind} EventKind */
/** @typedef {import('./session.js').Visitor} Visitor */

/** What was sent comes back over the broker within a few ms, or not at all. */
const patienceMs = 5000;

/**
 * The buttons that send test events.
 * @param {import('./session.js').Session} session
 */
export function createTestButtons(session) {
  const result = byId('test-result', HTMLElement);
  const permission = byId('test-permission', HTMLElement);
  const buttons = [...byId('test-buttons', HTMLElement).querySelectorAll('button')];
  /** @type {string | undefined} */
  let awaited;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text @param {'' | 'ok' | 'fault'} [className] */
  const say = (text, className = '') => {
    result.textContent = text;
    result.className = className;
  };

  /** @param {string} kind */
  async function send(kind) {
    clearTimeout(timer);
    awaited = kind;
    say(texts.test.sending);
    try {
      await session.post('/api/test-event', { kind });
    } catch (error) {
      awaited = undefined;
      say(error instanceof Refusal ? error.message : texts.test.noAnswer, 'fault');
      return;
    }
    // It may have come back already.
    if (awaited === undefined) return;
    say(texts.test.waiting);
    timer = setTimeout(() => {
      awaited = undefined;
      say(texts.test.lost, 'fault');
    }, patienceMs);
  }

  for (const button of buttons) button.addEventListener('click', () => void send(button.value));

  return {
    /** Takes a test event that came over the broker. @param {EventKind} kind */
    arrived(kind) {
      if (kind !== awaited) return;
      clearTimeout(timer);
      awaited = undefined;
      say(texts.test.arrived, 'ok');
    },
    /** @param {Visitor} visitor */
    allow({ mayTest, hasUsers }) {
      for (const button of buttons) button.disabled = !mayTest;
      permission.hidden = mayTest;
      byId('test-no-users', HTMLElement).hidden = hasUsers;
      byId('test-sign-in', HTMLElement).hidden = !hasUsers;
    },
  };
}
