import { createAddressChoice } from './address-choice.js';
import { brokerUrl, createConnectionView } from './connection-view.js';
import { byId } from './dom.js';
import { partWords } from './health-view.js';
import { createLights } from './lights.js';
import { createLiveCheck } from './live-check.js';
import { listenToBroker } from './mqtt-listener.js';
import { poll } from './polling.js';
import { Session } from './session.js';
import { createSignInView } from './sign-in-view.js';
import { createTestButtons } from './test-buttons.js';
import { texts } from './texts.js';

/** The page at `/setup`: from nothing to the first event of a Sense server. */

const askEveryMs = 2000;

const session = new Session();
const connection = createConnectionView(session);
const lights = createLights();
const addresses = createAddressChoice(session);
const check = createLiveCheck();
const testButtons = createTestButtons(session);
const slackState = byId('slack-state', HTMLElement);
const slackHelp = byId('slack-help', HTMLElement);
const firewall = byId('firewall', HTMLElement);
const signIn = createSignInView(session, () => {
  void refreshVisitor();
  broker.reconnect();
});
let knowsAddresses = false;

const broker = listenToBroker({
  url: brokerUrl(),
  topics: [...lights.topics, 'blinky/event'],
  credentials: () => session.credentials,
  onMessage: (topic, payload) => {
    if (!lights.show(topic, payload)) received(JSON.parse(payload));
  },
  onState: (state) => {
    connection.show(state);
    if (state !== 'live') lights.unknown();
    if (state !== 'connecting') void refreshVisitor();
  },
});
const asking = poll(askEveryMs, async () => {
  // The connection's own state says that nobody answers.
  await Promise.allSettled([showSetup(), showStatus()]);
});

/** @param {import('../../events/user-event.ts').UserEvent} event */
function received(event) {
  testButtons.arrived(event.kind);
  void asking.now();
}

async function showSetup() {
  const setup = await session.get('/api/setup');
  firewall.textContent = texts.setup.place.firewall(setup.port);
  if (knowsAddresses) return;
  knowsAddresses = true;
  addresses.fill(setup.addresses);
}

async function showStatus() {
  const status = await session.get('/api/status');
  lights.explain(status.lights);
  check.show(status.senders ?? []);
  const slack = status.parts.slack;
  const isOff = !slack || slack.state === 'off';
  slackHelp.hidden = !isOff;
  slackState.hidden = isOff;
  if (isOff) return;
  slackState.className = `part ${slack.state}`;
  slackState.replaceChildren(...partWords('slack', slack));
}

async function refreshVisitor() {
  const visitor = await session.get('/api/visitor').catch(() => undefined);
  if (!visitor) return;
  signIn.show(visitor);
  testButtons.allow(visitor);
}
