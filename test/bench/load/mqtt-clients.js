// What mqtt-clients.c does, for machines without a C compiler: the same arguments, commands and
// answers. Slower, so it may be what limits a rate.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';
import { Arrivals, nowNs } from './arrivals.js';

const [portText, countText, topic, qosText, atOnceText] = process.argv.slice(2);
const [port, count, qos, atOnce] = [portText, countText, qosText, atOnceText].map(Number);
const noProgressNs = 2e9;

const begun = nowNs();
const arrivals = new Arrivals();
const received = Array.from({ length: count }, () => 0);
let closed = 0;
let next = 0;
let publisher;

async function connectSome() {
  while (next <= count) {
    const index = next;
    next += 1;
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      keepalive: 0,
      reconnectPeriod: 2,
      resubscribe: false,
    });
    client.on('error', () => {});
    await once(client, 'connect');
    client.on('close', () => {
      closed += 1;
    });
    if (index === count) publisher = client;
    else if (topic !== '-') {
      client.on('message', (_topic, payload, { retain }) => {
        if (retain) return;
        received[index] += 1;
        arrivals.add(payload);
      });
      await client.subscribeAsync(topic, { qos });
    }
  }
}

function answer(command) {
  if (command === 'reset') received.fill(0);
  const counted = arrivals.obey(command);
  return command === 'reset' ? counted : { ...counted, least: Math.min(...received), closed };
}

async function publish(level, seconds, window, bytes) {
  answer('reset');
  const start = nowNs();
  const until = start + seconds * 1e9;
  let published = 0;
  for (;;) {
    const now = nowNs();
    while (now < until && published < arrivals.total / count + window) {
      const time = nowNs().toString(16).padStart(16, '0');
      publisher.publish(topic, `~${time}~`.padEnd(bytes, '.'), { qos: level });
      published += 1;
    }
    const complete = arrivals.total >= published * count;
    const stuck = now > Math.max(until, arrivals.lastNs + noProgressNs);
    if ((now >= until && complete) || stuck) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    published,
    deliveries: arrivals.total,
    lost: published * count - arrivals.total,
    seconds: (arrivals.lastNs - start) / 1e9,
  };
}

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const [command, ...numbers] = line.split(' ');
    const result = command === 'publish' ? await publish(...numbers.map(Number)) : answer(command);
    console.log(JSON.stringify(result));
  })
  .on('close', () => process.exit(0));

await Promise.all(Array.from({ length: atOnce }, connectSome));
console.log(JSON.stringify({ clients: count + 1, seconds: (nowNs() - begun) / 1e9 }));
