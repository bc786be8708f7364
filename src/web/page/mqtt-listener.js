import {
  connectPacket,
  disconnectPacket,
  PacketReader,
  pingPacket,
  subscribePacket,
} from './mqtt-packets.js';

/** @typedef {'connecting' | 'live' | 'lost' | 'refused'} ConnectionState */
/** @typedef {import('./session.js').Credentials} Credentials */

const keepAliveSeconds = 20;
/** A broker that says nothing for so long is gone, ms. */
const silentMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Return codes 4 and 5 of CONNACK: wrong name or password, not authorised (section 3.2.2.3). */
const notAllowed = [4, 5];

/**
 * Listens to topics of the broker over WebSocket, and connects again by itself.
 * @param {{
 *   url: string,
 *   topics: readonly string[],
 *   credentials: () => Credentials | undefined,
 *   onMessage: (topic: string, payload: string, retained: boolean) => void,
 *   onState: (state: ConnectionState) => void,
 * }} options
 */
export function listenToBroker({ url, topics, credentials, onMessage, onState }) {
  /** @type {WebSocket | undefined} */
  let socket;
  let pauseMs = firstPauseMs;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pingTimer;
  let lastHeardAt = 0;

  function open() {
    clearTimeout(retryTimer);
    onState('connecting');
    const opened = new WebSocket(url, 'mqtt');
    const reader = new PacketReader();
    socket = opened;
    opened.binaryType = 'arraybuffer';
    opened.addEventListener('open', () => {
      lastHeardAt = performance.now();
      opened.send(connectPacket(keepAliveSeconds, credentials()));
      pingTimer = setInterval(() => ping(opened), (keepAliveSeconds * 1000) / 2);
    });
    opened.addEventListener('message', ({ data }) => {
      lastHeardAt = performance.now();
      for (const packet of reader.push(new Uint8Array(data))) {
        if (packet.type === 'publish') onMessage(packet.topic, packet.payload, packet.retained);
        else if (packet.type === 'connack') acknowledged(opened, packet.code);
        else if (packet.type === 'suback') {
          pauseMs = firstPauseMs;
          onState('live');
        }
      }
    });
    opened.addEventListener('close', () => {
      clearInterval(pingTimer);
      if (socket !== opened) return;
      socket = undefined;
      onState('lost');
      retryTimer = setTimeout(open, pauseMs * (0.5 + Math.random() / 2));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    });
  }

  /** @param {WebSocket} opened @param {number} code */
  function acknowledged(opened, code) {
    if (code === 0) {
      opened.send(subscribePacket(topics));
      return;
    }
    if (!notAllowed.includes(code)) return;
    // Trying again won't help before somebody has signed in.
    socket = undefined;
    opened.close();
    onState('refused');
  }

  /** @param {WebSocket} opened */
  function ping(opened) {
    if (performance.now() - lastHeardAt > silentMs) opened.close();
    else if (opened.readyState === WebSocket.OPEN) opened.send(pingPacket());
  }

  function openAgain() {
    const old = socket;
    socket = undefined;
    clearInterval(pingTimer);
    if (old?.readyState === WebSocket.OPEN) old.send(disconnectPacket());
    old?.close();
    pauseMs = firstPauseMs;
    open();
  }

  // Somebody who comes back to the page, or into the network, does not want to wait.
  const hurry = () => {
    if (!socket && retryTimer && !document.hidden) openAgain();
  };
  document.addEventListener('visibilitychange', hurry);
  addEventListener('online', hurry);
  open();

  return {
    /** Connects again, after signing in or out. */
    reconnect: openAgain,
  };
}
