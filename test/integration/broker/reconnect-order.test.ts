// Clients with a session that connect and disconnect while events flow: nothing overtakes, nothing
// is missing.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { startTestApp, type TestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

/** In two seconds, of about thirty connections; several of them coincide with events. */
const events = 3000;
/** On a slow machine more would wait than a queue holds: the oldest would be dropped. */
const mostWaiting = 500;

/** A client with a session, and the events it was sent, each at its first time. */
class Visitor {
  readonly received = new Set<number>();
  #client: mqtt.MqttClient | undefined;
  readonly #port: number;
  readonly #qos: 1 | 2;

  constructor(context: TestContext, { app }: TestApp, qos: 1 | 2) {
    this.#port = app.ports.mqtt ?? 0;
    this.#qos = qos;
    context.after(() => this.#client?.endAsync(true));
  }

  async come(): Promise<void> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${this.#port}`, {
      clientId: `visitor-${this.#qos}`,
      clean: false,
      reconnectPeriod: 0,
    });
    this.#client = client;
    // On arrival: the client reports QoS 2 messages later.
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'publish') return;
      this.received.add(Number(/u(\d+)$/.exec(packet.payload.toString())?.[1]));
    });
    await waitFor('the connection', () => client.connected);
    const topics = ['qliksense/connection/open', 'qliksense/connection/#'];
    await client.subscribeAsync(topics, { qos: this.#qos });
  }

  async go(): Promise<void> {
    await this.#client?.endAsync();
  }
}

test('events that arrive while a client connects stay behind those that wait for it', async (context) => {
  const appliance = await startTestApp(context);
  const visitors = ([1, 2] as const).map((qos) => new Visitor(context, appliance, qos));
  await Promise.all(visitors.map((visitor) => visitor.come()));
  let sent = 0;
  const sending = (async () => {
    while (sent < events) {
      await appliance.send(`/proxy-connection/;s;Open connection;LAB;u${sent};o;c;m`);
      sent += 1;
      if (sent % 10 === 0) await pause(5);
      while (visitors.some(({ received }) => sent - received.size > mostWaiting)) await pause(5);
    }
  })();
  while (sent < events) {
    await Promise.all(visitors.map((visitor) => visitor.go()));
    await pause(20);
    await Promise.all(visitors.map((visitor) => visitor.come()));
    // A session may have a thousand waiting.
    const waited = sent;
    for (const { received } of visitors) {
      await waitFor('what waited', () => received.size >= waited);
    }
  }
  await sending;
  const inOrder = Array.from({ length: events }, (_, event) => event);
  for (const { received } of visitors) {
    await waitFor('every event', () => received.size === events);
    assert.deepEqual([...received], inOrder);
  }
});
