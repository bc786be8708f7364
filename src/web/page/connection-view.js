import { byId } from './dom.js';
import { placeOf } from './place.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/** Asked again at most so often, ms: the connection is tried more often than that. */
const askEveryMs = 30_000;

/**
 * Whether the page hears the broker, and where it never did, why.
 * @param {import('./session.js').Session} session
 */
export function createConnectionView(session) {
  const pill = byId('connection', HTMLElement);
  const problem = byId('connection-problem', HTMLElement);
  let wasLive = false;
  let askedAt = -Infinity;

  // A browser keeps to itself why a WebSocket failed; a request says it.
  async function explain() {
    if (wasLive || performance.now() - askedAt < askEveryMs) return;
    askedAt = performance.now();
    let text = texts.connection.noWebSocket;
    try {
      await session.post('/api/connection-check', {});
    } catch (error) {
      // Without any answer, there is nothing to explain that the pill does not say.
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
      // Trying again is no news.
      if (state === 'connecting' && pill.className === 'connection lost') return;
      pill.className = `connection ${state}`;
      pill.textContent = texts.connection[state];
    },
  };
}

/** Where the broker is: at the place this page came from. */
export function brokerUrl() {
  const place = placeOf('/mqtt');
  place.protocol = place.protocol === 'https:' ? 'wss:' : 'ws:';
  return place.href;
}
