import { WebSocket } from 'ws';
import { connectPacket, PacketReader, subscribePacket } from '../../src/web/page/mqtt-packets.js';

/**
 * Many open pages, as far as the appliance can tell: `node page-crowd.ts PORT PAGES EVENTS`. Prints
 * `ready` when all listen, and a line of JSON when each has heard so many events.
 */

const [port = '', pages = '', events = ''] = process.argv.slice(2);
const topics = [
  'blinky/light/green',
  'blinky/light/red',
  'blinky/event',
  'qliksense/users/active/usernames',
  'qliksense/users/active/count',
];

const heard = new Array<number>(Number(pages)).fill(0);
const delaysMs: number[] = [];
let listening = 0;
let finished = 0;
let closed = 0;

for (const index of heard.keys()) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
  const reader = new PacketReader();
  socket.on('open', () => socket.send(connectPacket(20, undefined)));
  socket.on('message', (bytes: Buffer) => {
    for (const packet of reader.push(new Uint8Array(bytes))) {
      if (packet.type === 'connack') socket.send(subscribePacket(topics));
      if (packet.type === 'suback') {
        listening += 1;
        if (listening === heard.length) console.log('ready');
      }
      if (packet.type === 'publish' && packet.topic === 'blinky/event')
        count(index, packet.payload);
    }
  });
  socket.on('close', () => {
    closed += 1;
    if (closed === 1) report();
  });
  socket.on('error', () => socket.terminate());
}

function count(index: number, payload: string): void {
  heard[index] = (heard[index] ?? 0) + 1;
  // One in fifty is enough to know how late they come.
  if (heard[index] % 50 === 0)
    delaysMs.push(Date.now() - Date.parse(JSON.parse(payload).receivedAt));
  if (heard[index] !== Number(events)) return;
  finished += 1;
  if (finished === heard.length) report();
}

function report(): void {
  const sorted = delaysMs.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  console.log(
    JSON.stringify({ finished, closed, heard: Math.min(...heard), p50: at(0.5), p99: at(0.99) }),
  );
  process.exit(0);
}
