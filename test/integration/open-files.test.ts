import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import mqtt from 'mqtt';
import { startWithFileLamps } from '../support/start-with-file-lamps.ts';
import { waitFor } from '../support/wait-for.ts';

/** How many files more the program may open. */
const room = 10;

/** Connections that say nothing, more than there is room for. */
function crowd(context: TestContext, port: number): Socket[] {
  const sockets = Array.from({ length: 3 * room }, () => {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => {});
    return socket.resume();
  });
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
}

test('no more files may be opened: those who are there are served, and others again later', async (context) => {
  const { child, port } = await startWithFileLamps(context);
  const udpPort = await port('udp');
  const mqttPort = await port('mqtt');
  const webPort = await port('web');
  await child.printed(/ready/);
  const subscriber = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  context.after(() => subscriber.endAsync(true));
  const received: string[] = [];
  subscriber.on('message', (_topic, payload) => received.push(payload.toString()));
  await subscriber.subscribeAsync('qliksense/connection/open');
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  const send = (user: string) => sender.send(`h;Open connection;LAB;${user}`, udpPort, '127.0.0.1');

  const { pid } = child.process;
  const openFiles = () => readdirSync(`/proc/${pid}/fd`).map(Number);
  const isFree = (number: number) => !openFiles().includes(number);
  // The kernel limits the number that a file gets, and gives the lowest that is free.
  let limit = 0;
  for (let free = 0; free < room; limit += 1) if (isFree(limit)) free += 1;
  const limited = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:${limit}`]);
  assert.equal(limited.status, 0, String(limited.stderr ?? limited.error));
  const waiting = [...crowd(context, mqttPort), ...crowd(context, webPort)];
  await waitFor(
    'the limit',
    () => !Array.from({ length: limit }, (_, at) => isFree(at)).includes(true),
  );

  for (const user of ['anna', 'boris', 'clara']) send(user);
  await waitFor('events for who was there before', () => received.length === 3);

  for (const socket of waiting) socket.destroy();
  await waitFor('a newcomer', async () => {
    const page = await fetch(`http://127.0.0.1:${webPort}/healthz`).catch(() => undefined);
    return page?.status === 200;
  });
  const newcomer = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  await newcomer.endAsync();
  send('dora');
  await waitFor('one more event', () => received.length === 4);
  assert.equal(child.process.exitCode, null);
  child.process.kill();
  assert.equal(await child.ended, 0);
});
