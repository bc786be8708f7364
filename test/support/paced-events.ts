// An honest subscriber that also sends events: started with `fork`, told by messages. `{mqtt, udp,
// echo, perSecond, seconds}` sends so many; each names when it was sent, in ns of the machine's
// monotonic clock. The answer says what came back, and how long each took, ms; and how long the
// machine took to send a datagram back at the same time.
import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import type { PaceOrder, PaceResult } from './floods.ts';

const topic = 'qliksense/connection/open';
const socket = createSocket('udp4');
let client: MqttClient | undefined;
const tookMs = new Map<string, number>();

const echoMs: number[] = [];
socket.on('message', (bytes) => echoMs.push(Number(now() - BigInt(bytes.toString())) / 1e6));

const now = () => process.hrtime.bigint();

async function subscriber(port: number): Promise<void> {
  if (client) return;
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    clean: false,
    clientId: 'honest',
  });
  client.on('message', (_topic, payload) => {
    const user = payload.toString().split('/')[1] ?? '';
    if (!tookMs.has(user)) tookMs.set(user, Number(now() - BigInt(user.slice(1))) / 1e6);
  });
  await client.subscribeAsync(topic, { qos: 1 });
}

process.on('message', async (order: PaceOrder) => {
  await subscriber(order.mqtt);
  tookMs.clear();
  echoMs.length = 0;
  const sent: string[] = [];
  const startedAt = performance.now();
  const count = order.perSecond * order.seconds;
  for (let index = 0; index < count; index += 1) {
    await pause(Math.max(0, startedAt + (index * 1000) / order.perSecond - performance.now()));
    const sentAt = now();
    const user = `u${sentAt}`;
    sent.push(user);
    socket.send(
      `/proxy-connection/;h;Open connection;LAB;${user};AppAccess;/hub/;m`,
      order.udp,
      '127.0.0.1',
    );
    socket.send(String(sentAt), order.echo, '127.0.0.1');
  }
  const limit = performance.now() + order.waitSeconds * 1000;
  while (tookMs.size < sent.length && performance.now() < limit) await pause(10);
  const result: PaceResult = {
    sent: sent.length,
    missing: sent.filter((user) => !tookMs.has(user)).length,
    tookMs: [...tookMs.values()],
    echoMs: [...echoMs],
  };
  process.send?.(result);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
