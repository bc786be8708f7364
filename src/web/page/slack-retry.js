import { element } from './dom.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/**
 * The button next to a problem with Slack, to try again after fixing it.
 * @param {import('./session.js').Session} session
 * @param {() => void} onTried called when there may be news
 */
export function createSlackRetry(session, onTried) {
  const button = element('button', { type: 'button' }, texts.slackRetry.button);
  const result = element('span', { role: 'status' });
  const row = element('p', { class: 'try-now', hidden: true }, button, ' ', result);

  button.addEventListener('click', async () => {
    button.disabled = true;
    result.textContent = texts.slackRetry.trying;
    try {
      await session.post('/api/slack/try-now', {});
      // Slack answers within a second or two; the list of parts says how it went.
      setTimeout(() => {
        result.textContent = '';
        onTried();
      }, 2000);
    } catch (error) {
      result.textContent = error instanceof Refusal ? error.message : texts.slackRetry.noAnswer;
    }
    button.disabled = false;
  });

  return {
    /** To be shown while Slack has a fault. */
    row,
    /** @param {import('./session.js').Visitor} visitor */
    allow({ mayTest }) {
      row.hidden = !mayTest;
    },
  };
}
