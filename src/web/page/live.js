import { createChart } from './chart.js';
import { brokerUrl, createConnectionView } from './connection-view.js';
import { byId } from './dom.js';
import { createEventsView } from './events-view.js';
import { createHealthView } from './health-view.js';
import { createLights } from './lights.js';
import { listenToBroker } from './mqtt-listener.js';
import { poll } from './polling.js';
import { createSendersView } from './senders-view.js';
import { Refusal, Session } from './session.js';
import { createSignInView } from './sign-in-view.js';
import { createSlackRetry } from './slack-retry.js';
import { texts } from './texts.js';
import { createUsersView } from './users-view.js';

/** The page at `/`: the lights, what happens, and whether everything works. */

const askEveryMs = 5000;
const historyEveryMs = 60_000;
const chartEveryMs = 15_000;

const session = new Session();
const connection = createConnectionView(session);
const lights = createLights();
const events = createEventsView();
const users = createUsersView();
const chart = createChart();
const slackRetry = createSlackRetry(session, () => void refreshStatus());
const health = createHealthView({ slack: slackRetry.row });
const senders = createSendersView(
  byId('senders', HTMLUListElement),
  byId('senders-more', HTMLElement),
);
const sendersCard = byId('senders-card', HTMLElement);
const signIn = createSignInView(session, () => {
  events.clear();
  void refresh();
  broker.reconnect();
});
const opened = byId('opened-last-hour', HTMLElement);
const closed = byId('closed-last-hour', HTMLElement);

const status = await session.get('/api/status').catch(() => undefined);
const topics = {
  event: 'blinky/event',
  users: status?.topics.activeUsersWithDirectory ?? 'qliksense/users/active/users',
  userCount: status?.topics.activeUserCount ?? 'qliksense/users/active/count',
};
if (status) showStatus(status);

const broker = listenToBroker({
  url: brokerUrl(),
  topics: [...lights.topics, ...Object.values(topics)],
  credentials: () => session.credentials,
  onMessage: received,
  onState: (state) => {
    connection.show(state);
    if (state === 'live') chart.restart();
    else lights.unknown();
    // Even if the broker is out of reach, the page shows what it can.
    if (state !== 'connecting') void refresh();
  },
});

poll(askEveryMs, refreshStatus);
setInterval(() => void refreshHistory(), historyEveryMs);
setInterval(() => {
  chart.draw();
  showStatistics();
}, chartEveryMs);

/** @param {string} topic @param {string} payload */
function received(topic, payload) {
  if (lights.show(topic, payload)) return;
  switch (topic) {
    case topics.users:
      return users.list(payload);
    case topics.userCount:
      return users.count(Number(payload));
    case topics.event: {
      const event = JSON.parse(payload);
      events.add(event);
      chart.add(event);
      showStatistics();
    }
  }
}

/** @param {any} now the answer of `/api/status` */
function showStatus(now) {
  health.show(now);
  lights.explain(now.lights);
  users.count(now.activeUsers);
  senders.show(now.senders ?? []);
  sendersCard.hidden = !now.senders?.length;
}

function showStatistics() {
  const lastHour = chart.lastHour();
  opened.textContent = lastHour.opened.toLocaleString(texts.language);
  closed.textContent = lastHour.closed.toLocaleString(texts.language);
}

/** Fetches what may have been missed. */
async function refresh() {
  await Promise.all([refreshVisitor(), refreshEvents(), refreshHistory()]);
}

async function refreshStatus() {
  try {
    showStatus(await session.get('/api/status'));
  } catch {
    health.noAnswer();
  }
}

async function refreshVisitor() {
  const visitor = await session.get('/api/visitor').catch(() => undefined);
  if (!visitor) return;
  signIn.show(visitor);
  slackRetry.allow(visitor);
}

async function refreshEvents() {
  try {
    events.fill((await session.get('/api/events')).events);
  } catch (error) {
    if (error instanceof Refusal) events.clear();
  }
}

async function refreshHistory() {
  const day = await session.get('/api/history').catch(() => undefined);
  if (!day) return;
  chart.fill(day);
  showStatistics();
}
