import { byId } from './dom.js';
import { placeOf } from './place.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/** The least time between two checks, ms; connection attempts are more frequent. */
const askEveryMs = 30_000;

/**
 * Shows whether the page is connected to the broker, and if it never was, why.
 * @param {import('./session.js').Session} session
 */
export function createConnectionView(session) {
  const pill = byId('connection', HTMLElement);
  const problem = byId('connection-problem', HTMLElement);
  let wasLive = false;
  let askedAt = -Infinity;

  // Browsers don't report why a WebSocket failed; a request does.
  async function explain() {
    if (wasLive || performance.now() - askedAt < askEveryMs) return;
    askedAt = performance.now();
    let text = texts.connection.noWebSocket;
    try {
      await session.post('/api/connection-check', {});
    } catch (error) {
      // Without any response, there is nothing to add to the status shown.
      if (!(error instanceof Refusal)) return;
      text = error.message;
    }
    problem.textContent = text;
    problem.hidden = wasLive;
  }

  return {
    /** @param {import('./mqtt-listener.js').ConnectionState} state */
    show(state) {
      if (state === 'lost') void explain();
      if (state === 'live') {
        wasLive = true;
        problem.hidden = true;
      }
      // A retry does not change what is shown.
      if (state === 'connecting' && pill.className === 'connection lost') return;
      pill.className = `connection ${state}`;
      pill.textContent = texts.connection[state];
    },
  };
}

/** The broker's URL, next to this page's own. */
export function brokerUrl() {
  const place = placeOf('/mqtt');
  place.protocol = place.protocol === 'https:' ? 'wss:' : 'ws:';
  return place.href;
}
