import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const worker = fileURLToPath(new URL('../../support/broker-worker.ts', import.meta.url));
/**
 * For users, nothing acknowledged is lost; for anonymous clients, as much as `limits` allow is
 * kept.
 */
const credentials = { username: 'anna', password: 'secret' };
const lives = 20;
/** Messages that the publisher has in flight. */
const mostOpen = 100;
/** Order is promised for the messages of one topic and QoS (MQTT 3.1.1, section 4.6). */
const qosOf = { 'lamps/a': 1, 'lamps/b': 2, 'lamps//empty': 1 } as const;
const topics = ['lamps/a', 'lamps/b', 'lamps//empty'] as const;

/** A broker in a separate process; `kill` ends it without a chance to do anything. */
async function startBroker(context: TestContext, directory: string) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', worker, directory, credentials.password],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const closed = once(child, 'close');
  const kill = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  context.after(kill);
  const said = once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>;
  const ended = closed.then(() => Promise.reject(new Error('the broker ended while it started')));
  ended.catch(() => {});
  const [line] = await Promise.race([said, ended]);
  return { url: `mqtt://127.0.0.1:${line.split(' ')[0]}`, kill };
}

/** A client that does not reconnect. */
async function connect(url: string, options: mqtt.IClientOptions): Promise<MqttClient> {
  const client = mqtt.connect(url, { reconnectPeriod: 0, ...credentials, ...options });
  client.on('error', () => {});
  await waitFor('connection to the broker', () => client.connected);
  return client;
}

/** Takes part in every run of the broker, and is offline now and then. */
class Listener {
  readonly received = new Map<string, number[]>();
  client: MqttClient | undefined;

  async join(url: string): Promise<void> {
    const options = { clientId: 'lamp', clean: false, reconnectPeriod: 0, ...credentials };
    const client = mqtt.connect(url, options);
    client.on('error', () => {});
    client.on('message', (topic, payload) => {
      const numbers = this.received.get(topic) ?? [];
      numbers.push(Number(payload.toString()));
      this.received.set(topic, numbers);
    });
    this.client = client;
    await waitFor('connection to the broker', () => client.connected);
  }
}

test('kill -9 twenty times under load: acknowledged messages arrive, in order; retained ones stay', async (context) => {
  const directory = join(temporaryFolder(context), 'state');
  const acknowledged = new Map<string, number[]>(topics.map((topic) => [topic, []]));
  const retained = { acknowledged: -1, sent: -1 };
  const listener = new Listener();
  const count = () =>
    topics.reduce((sum, topic) => sum + (acknowledged.get(topic)?.length ?? 0), 0);
  let next = 0;
  let repeated = 0;

  for (let life = 0; life < lives; life += 1) {
    const broker = await startBroker(context, directory);
    const publisher = await connect(broker.url, { clientId: 'sensor' });
    if (life > 0) {
      const reader = await connect(broker.url, {});
      let found: number | undefined;
      reader.on('message', (_topic, payload) => {
        found = Number(payload.toString());
      });
      await reader.subscribeAsync('lamps//last');
      await waitFor('the retained message', () => found !== undefined || retained.acknowledged < 0);
      assert.ok(found === undefined || found >= retained.acknowledged, `retained ${found} is old`);
      reader.end(true);
    }
    const away = life > 0 && life < lives - 1 && Math.random() < 0.4;
    if (!away) await listener.join(broker.url);
    if (life === 0) await listener.client?.subscribeAsync('lamps/+', { qos: 1 });
    if (life === 0) await listener.client?.subscribeAsync('lamps//empty', { qos: 1 });

    let dying = false;
    let open = 0;
    const publish = (topic: string, number: number, options: mqtt.IClientPublishOptions) => {
      open += 1;
      return new Promise<boolean>((resolve) => {
        publisher.publish(topic, String(number), options, (error) => {
          open -= 1;
          resolve(!error && !dying);
        });
      });
    };
    const publishing = (async () => {
      while (!dying) {
        // A client that leaves more than a hundred QoS 2 messages open is disconnected
        // (`inFlightPerClient`).
        if (open >= mostOpen) {
          await pause(1);
          continue;
        }
        for (const topic of topics) {
          const number = next;
          next += 1;
          void publish(topic, number, { qos: qosOf[topic] }).then((isAcknowledged) => {
            if (isAcknowledged) acknowledged.get(topic)?.push(number);
          });
        }
        const number = next;
        next += 1;
        retained.sent = number;
        void publish('lamps//last', number, { qos: 1, retain: true }).then((isAcknowledged) => {
          if (isAcknowledged) retained.acknowledged = number;
        });
        await pause(Math.random() * 3);
      }
    })();
    // Most are killed while working, some while starting.
    const countAtStart = count();
    const goal = Math.random() < 0.85 ? 20 + Math.random() * 60 : 0;
    await waitFor('load', () => count() - countAtStart >= goal, 60_000);
    await pause(Math.random() * 20);
    // Anything acknowledged from here on is not counted, although it may have been.
    dying = true;
    await broker.kill();
    await publishing;
    publisher.end(true);
    listener.client?.end(true);
  }

  const broker = await startBroker(context, directory);
  await listener.join(broker.url);
  const last = Math.max(...topics.map((topic) => acknowledged.get(topic)?.at(-1) ?? 0));
  await waitFor('the rest', () =>
    topics.every((topic) => {
      const got = new Set(listener.received.get(topic));
      return acknowledged.get(topic)?.every((number) => got.has(number));
    }),
  ).catch((error: Error) => {
    for (const topic of topics) {
      const got = new Set(listener.received.get(topic));
      const missing = acknowledged.get(topic)?.filter((number) => !got.has(number));
      error.message += `; missing on ${topic}: ${missing?.slice(0, 20)} (last ${last})`;
    }
    throw error;
  });
  listener.client?.end(true);

  for (const topic of topics) {
    let latest = -1;
    const seen = new Set<number>();
    for (const number of listener.received.get(topic) ?? []) {
      if (seen.has(number)) {
        repeated += 1;
        continue;
      }
      assert.ok(number > latest, `${number} came after ${latest} on ${topic}`);
      latest = number;
      seen.add(number);
    }
  }
  context.diagnostic(`${lives} kills, ${count()} messages acknowledged, ${repeated} came again`);
  assert.ok(count() > lives * 10, `only ${count()} messages: no load`);
});
