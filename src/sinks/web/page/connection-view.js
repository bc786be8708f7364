import { byId } from './dom.js';
import { placeOf } from './place.js';
import { texts } from './texts.js';

/** Whether the page hears the broker. */
export function createConnectionView() {
  const pill = byId('connection', HTMLElement);
  return {
    /** @param {import('./mqtt-listener.js').ConnectionState} state */
    show(state) {
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
