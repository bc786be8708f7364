// What send-datagrams.c does, for machines without a C compiler: the same arguments, the same
// report. Slower, so it may be what limits a rate.
import { createSocket } from 'node:dgram';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { nowNs } from './arrivals.js';

const [port, count, rate, bytes, markEvery] = process.argv.slice(2, 7).map(Number);
const inDirectory = process.argv[7] === 'directory';
const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const events = [
  '/proxy-session/;sense1;Start session',
  '/proxy-connection/;sense1;Open connection',
  '/proxy-connection/;sense1;Close connection',
  '/proxy-session/;sense1;Stop session',
];
const atMostAtOnce = 64;

function eventOf(number) {
  if (markEvery === 0) return events[number % 4];
  if (number % markEvery === 0) return events[1 + ((number / markEvery) % 2)];
  return events[number % 2 ? 0 : 3];
}

function datagram(number) {
  const user = Math.floor(number / (markEvery ? 2 : 4)) % 20;
  const time = `~${nowNs().toString(16).padStart(16, '0')}~`;
  const directory = inDirectory ? `LAB${time}` : 'LAB';
  const message = `${inDirectory ? '' : time} UserAgent: '`;
  const head = `${eventOf(number)};${directory};user${String(user).padStart(2, '0')};AppAccess;/hub/;${message}`;
  return `${head}${userAgent.repeat(12).slice(0, Math.max(0, Math.min(bytes, 1399) - head.length - 1))}'`;
}

const socket = createSocket('udp4');
socket.on('error', () => {});
const marks = [];
const start = nowNs();
let sent = 0;
while (sent < count) {
  const due = rate > 0 ? Math.min(count, Math.floor(((nowNs() - start) * rate) / 1e9) + 1) : count;
  if (due <= sent) {
    await pause(1);
    continue;
  }
  const batch = Math.min(due, sent + atMostAtOnce);
  for (; sent < batch; sent += 1) {
    if (markEvery && sent % markEvery === 0) marks.push(nowNs());
    socket.send(datagram(sent), port, '127.0.0.1');
  }
  await nextTurn();
}
const seconds = (nowNs() - start) / 1e9;
socket.close(() => console.log(JSON.stringify({ sent, seconds, marks })));
